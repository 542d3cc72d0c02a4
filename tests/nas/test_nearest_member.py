from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nas.nearest_member import nearest_member
from search_space import SPACES
from tests.controllers.toy_space import ToySpace

SPACE = SPACES["spinenet-49"]


@given(st.integers(0, SPACE.size - 1))
def test_a_member_stays_as_it_is(number: int) -> None:
    member = SPACE.unrank(number)
    assert nearest_member(SPACE, member) == member


@given(st.tuples(*(st.integers(0, len(d.choices) - 1) for d in SPACE.decisions)))
def test_whatever_is_wanted_becomes_a_member(wanted: tuple[int, ...]) -> None:
    member = nearest_member(SPACE, wanted)
    assert SPACE.decode(member)
    assert all(type(choice) is int for choice in member)


def test_it_is_the_member_that_is_nearest_from_the_left() -> None:
    space = ToySpace(length=3)
    members = [g for g in product(range(4), repeat=3) if all(np.diff(g))]
    for wanted in product(range(4), repeat=3):

        def distances(
            member: tuple[int, ...], wanted: tuple[int, ...] = wanted
        ) -> list[tuple[int, int]]:
            return [(abs(a - b), a) for a, b in zip(member, wanted, strict=True)]

        assert nearest_member(space, wanted) == min(members, key=distances)
