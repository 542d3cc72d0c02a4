import pickle
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_space import (
    PUBLISHED,
    SPINENET_49,
    Genotype,
    InvalidGenotype,
    InvalidSpace,
    SpineNetSpace,
    sequential_only,
)
from tests.search_space.architectures import B, R

DEFAULT = SpineNetSpace()
TINY = SpineNetSpace({3: 1, 4: 1}, offsets=(0, 1), window=2, output_levels=(3, 4))


def completed(space: SpineNetSpace, prefix: Genotype = ()) -> list[Genotype]:
    """All genotypes the masks lead to."""
    if len(prefix) == len(space.decisions):
        return [prefix]
    choices = np.flatnonzero(space.legal(prefix)).tolist()
    return [genotype for choice in choices for genotype in completed(space, (*prefix, choice))]


def test_masks_numbers_and_size_describe_one_set_of_members() -> None:
    space = replace(TINY, block_fns=(B,))
    members = completed(space)
    assert len(members) == space.size == len(set(members))
    assert sorted(members) == sorted(space.nth(index) for index in range(space.size))


def test_one_genotype_names_one_block_spec_list() -> None:
    space = replace(TINY, block_fns=(B,))
    decoded = [space.decode(space.nth(index)) for index in range(space.size)]
    assert len(set(decoded)) == space.size


def test_the_size_of_the_r0_sp53_space_is_the_papers() -> None:
    """604,800 distinct level orders x 1.062e18 connections under window 5; 8.35e20 without."""
    space = SpineNetSpace(offsets=(0,), block_fns=(B,))
    connections = 3 * 6 * 10**7 * 66 * 78 * 91 * 105 * 120
    assert connections == pytest.approx(1.062e18, rel=1e-3)
    assert space.size == 604_800 * connections
    assert replace(space, window=None).size == pytest.approx(604_800 * 8.35e20, rel=1e-3)


@given(st.integers(0, DEFAULT.size - 1))
def test_encode_inverts_decode(index: int) -> None:
    genotype = DEFAULT.nth(index)
    assert DEFAULT.encode(DEFAULT.decode(genotype)) == genotype


@given(st.integers(0, DEFAULT.size - 1))
def test_every_choice_of_a_member_is_under_its_mask(index: int) -> None:
    genotype = DEFAULT.nth(index)
    for at, choice in enumerate(genotype):
        mask = DEFAULT.legal(genotype[:at])
        assert mask.shape == (len(DEFAULT.decisions[at].choices),)
        assert mask[choice]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_networks_are_members(name: str) -> None:
    assert DEFAULT.decode(DEFAULT.encode(PUBLISHED[name])) == PUBLISHED[name]


def test_spinenet_49_fits_the_vertex_window_of_4_and_r0_sp53_does_not() -> None:
    """spinenet.md 1.4: it looks back 4 blocks at most, R0-SP53 5."""
    space = SpineNetSpace(window=4)
    assert space.decode(space.encode(SPINENET_49)) == SPINENET_49
    with pytest.raises(InvalidGenotype, match="two of the features"):
        space.encode(PUBLISHED["r0-sp53"])


def test_sampling_is_uniform_over_the_members() -> None:
    """Chi-squared against its mean + 5 standard deviations at 71 degrees: false alarm 2e-5."""
    space = SpineNetSpace({3: 1}, offsets=(0, 1), block_fns=(B,), output_levels=(4, 5))
    rng = np.random.default_rng(0)
    expected = 50
    counts = Counter(space.sample(rng) for _ in range(expected * space.size))
    free = space.size - 1
    statistic = sum((n - expected) ** 2 for n in counts.values()) / expected
    statistic += expected * (space.size - len(counts))
    assert statistic < free + 5 * (2 * free) ** 0.5


def test_a_level_out_of_reach_is_masked_and_refused_by_name() -> None:
    space = SpineNetSpace({3: 1, 4: 1}, offsets=(0,))
    assert space.legal((1,)).tolist() == [True, False]
    with pytest.raises(InvalidGenotype, match=r"level of block 1 .*choice 1 is not one of \[0\]"):
        space.legal((1, 1))


@pytest.mark.parametrize("wrong", [-1, 99, 1.0, "1", None])
def test_a_choice_that_is_no_index_is_refused(wrong: object) -> None:
    genotype = list(DEFAULT.nth(0))
    genotype[20] = wrong  # type: ignore[call-overload]
    with pytest.raises(InvalidGenotype, match="decision 20"):
        DEFAULT.decode(tuple(genotype))


def test_a_genotype_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidGenotype, match="59 choices: this space makes 60"):
        DEFAULT.decode(DEFAULT.nth(0)[:-1])


def test_a_complete_genotype_has_no_next_decision() -> None:
    with pytest.raises(InvalidGenotype, match="nothing is left to decide"):
        DEFAULT.legal(DEFAULT.nth(0))


@pytest.mark.parametrize(
    ("space", "reason"),
    [
        (SpineNetSpace({2: 1, 5: 9}), "the budget"),
        (SpineNetSpace(offsets=(0,)), "block 4 has level 6"),
        (SpineNetSpace(block_fns=(B,)), "block 1 is a residual"),
        (SpineNetSpace(window=2), "takes"),
        (SpineNetSpace(stem_levels=(2, 3)), "stem_levels"),
        (SpineNetSpace({3: 3}), "10 intermediate blocks and 5 outputs"),
        (SpineNetSpace(max_level=6), "block 7 has level 7"),
    ],
)
def test_a_stranger_is_refused_with_the_reason(space: SpineNetSpace, reason: str) -> None:
    with pytest.raises(InvalidGenotype, match=reason):
        space.encode(SPINENET_49)


def test_a_block_of_one_parent_is_no_member() -> None:
    with pytest.raises(InvalidGenotype, match="two of the features"):
        DEFAULT.encode(sequential_only(SPINENET_49))


def test_the_type_is_a_decision_even_where_only_one_is_allowed() -> None:
    space = SpineNetSpace(block_fns=(R,))
    assert len(space.decisions) == len(DEFAULT.decisions)
    assert [d.choices for d in space.decisions if d.name == "type of block 0"] == [(R,)]


def test_a_space_is_a_value_that_pickles() -> None:
    space = SpineNetSpace({4: 2, 3: 1}, window=None)
    copy = pickle.loads(pickle.dumps(space))
    assert copy == space == SpineNetSpace({3: 1, 4: 2}, window=None)
    assert hash(copy) == hash(space)
    assert copy != DEFAULT


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"intermediates": {2: -1}}, "intermediates"),
        ({"intermediates": {9: 1}}, "level 9 stays within"),
        ({"offsets": ()}, "offsets"),
        ({"block_fns": ("mbconv",)}, "block types"),
        ({"block_fns": (B, B)}, "no repeats"),
        ({"window": 1}, "window 1"),
        ({"stem_levels": (3, 3)}, "stem levels"),
        ({"output_levels": (3, 5)}, "output levels"),
        ({"min_level": 5, "max_level": 4}, "levels 5 to 4"),
    ],
)
def test_a_space_that_contradicts_itself_is_refused(
    settings: dict[str, object], reason: str
) -> None:
    with pytest.raises(InvalidSpace, match=reason):
        SpineNetSpace(**settings)  # type: ignore[arg-type]
