import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_space import Architecture, SpineNetSpace
from search_space.fingerprint import fingerprint
from tests.search_space.architectures import block, five_outputs
from tests.search_space.small_spaces import SMALL_SPACES

SPACE = SpineNetSpace()


@pytest.mark.parametrize("name", ["order and types", "shifts", "MBConv", "a window of 2"])
def test_equal_networks_of_a_space_have_equal_fingerprints(name: str) -> None:
    space = SMALL_SPACES[name]
    members = [space.decode(space.unrank(index)) for index in range(space.size)]
    found: dict[str, list[int]] = {}
    for member in members:
        assert found.setdefault(member.key, fingerprint(member)) == fingerprint(member)
    assert len(found) < len(members)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, SPACE.size - 1), st.integers(0, SPACE.size - 1))
def test_different_samples_have_different_fingerprints(first: int, second: int) -> None:
    """Not a law: but where it fails often, mutations pay for a key each."""
    a, b = (SPACE.decode(SPACE.unrank(index)) for index in (first, second))
    assert (fingerprint(a) == fingerprint(b)) == (a.key == b.key)


def test_which_of_two_like_blocks_is_taken_does_not_show() -> None:
    """Twins 2 and 3; blocks 5 and 6 take one each, or both the same: different networks."""
    twins = (block(2, 0, 1), block(2, 0, 1), block(7, 2, 3))
    made = [
        Architecture((*twins, block(7, 0, a), block(7, 1, b), *five_outputs(0, 1)))
        for a, b in itertools.product((2, 3), repeat=2)
    ]
    assert len({network.key for network in made}) == 2
    assert len({tuple(fingerprint(network)) for network in made}) == 1
