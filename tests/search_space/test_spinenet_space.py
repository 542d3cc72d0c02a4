import pickle
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_space import (
    R0_SP53,
    SPINENET_49,
    Architecture,
    Genotype,
    InvalidGenotype,
    SpineNetSpace,
    sequential_only,
)
from search_space.space_presets import SPACES
from tests.search_space.architectures import B, R
from tests.search_space.small_spaces import NEAR, SMALL_SPACES, every_encoding

DEFAULT = SpineNetSpace()
LARGE_AND_SMALL = {
    "default": DEFAULT,
    "no window": replace(DEFAULT, window=None),
    "few levels": replace(DEFAULT, min_level=2, max_level=5),
    **{name: SPACES[name] for name in ("mobile", "hourglass", "r35-sp18", "tiny", "tiny-mobile")},
}
small = pytest.mark.parametrize("space", SMALL_SPACES.values(), ids=SMALL_SPACES)
large_and_small = pytest.mark.parametrize("space", LARGE_AND_SMALL.values(), ids=LARGE_AND_SMALL)


def completed(space: SpineNetSpace, prefix: Genotype = ()) -> list[Genotype]:
    """All genotypes the masks lead to."""
    if len(prefix) == len(space.decisions):
        return [prefix]
    choices = np.flatnonzero(space.legal(prefix)).tolist()
    return [genotype for choice in choices for genotype in completed(space, (*prefix, choice))]


def walked(space: SpineNetSpace, draw: st.DataObject) -> Genotype:
    """A genotype made by its masks, without the numbering."""
    genotype: Genotype = ()
    while len(genotype) < len(space.decisions):
        open_choices = np.flatnonzero(space.legal(genotype)).tolist()
        genotype += (draw.draw(st.sampled_from(open_choices)),)
    return genotype


@small
def test_the_members_are_those_of_all_permutations_offsets_types_and_parents(
    space: SpineNetSpace,
) -> None:
    members = [space.decode(space.unrank(index)) for index in range(space.size)]
    assert len(members) == len(set(members))
    assert set(members) == set(every_encoding(space))


@small
def test_the_naive_size_counts_every_encoding(space: SpineNetSpace) -> None:
    assert space.naive_size == len(every_encoding(space))


@pytest.mark.parametrize("name", ["order", "shifts", "MBConv", "a fixed order"])
def test_the_masks_lead_to_the_numbered_members_and_to_no_others(name: str) -> None:
    space = SMALL_SPACES[name]
    numbered = [space.unrank(index) for index in range(space.size)]
    assert sorted(completed(space)) == sorted(numbered)


@large_and_small
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_rank_inverts_unrank(space: SpineNetSpace, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, space.size - 1))
    assert space.rank(space.unrank(index)) == index


@large_and_small
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_unrank_inverts_rank(space: SpineNetSpace, data: st.DataObject) -> None:
    genotype = walked(space, data)
    number = space.rank(genotype)
    assert 0 <= number < space.size
    assert space.unrank(number) == genotype


def test_a_numpy_number_gives_a_member_of_plain_ints() -> None:
    genotype = DEFAULT.unrank(np.int64(5))  # type: ignore[arg-type]
    assert {type(choice) for choice in genotype} == {int}
    assert DEFAULT.rank(genotype) == 5


@pytest.mark.parametrize("index", [3.7, 3.0, True, np.bool_(True), None, "5", [5]])
def test_what_is_no_whole_number_numbers_no_member(index: object) -> None:
    with pytest.raises(InvalidGenotype, match="give a whole number"):
        DEFAULT.unrank(index)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["rank", "decode", "legal", "mutate", "crossover"])
@pytest.mark.parametrize("wrong", [None, 5, "abc", {0: 1}, iter((0, 1)), np.zeros(60, int)])
def test_what_is_no_sequence_of_choices_is_refused(method: str, wrong: object) -> None:
    rng = np.random.default_rng(0)
    rest = {"mutate": (rng,), "crossover": (DEFAULT.unrank(0), rng)}.get(method, ())
    with pytest.raises(InvalidGenotype, match="is no genotype: give a tuple of ints"):
        getattr(DEFAULT, method)(wrong, *rest)


def test_an_architecture_is_to_be_encoded_before_it_is_ranked() -> None:
    with pytest.raises(InvalidGenotype, match="encode it first"):
        DEFAULT.rank(SPINENET_49)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [None, 5, DEFAULT.unrank(0)])
def test_only_an_architecture_is_encoded(wrong: object) -> None:
    with pytest.raises(InvalidGenotype, match="is no Architecture: decode it first"):
        DEFAULT.encode(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("index", [-1, DEFAULT.size])
def test_a_number_beyond_the_last_member_is_refused(index: int) -> None:
    with pytest.raises(InvalidGenotype, match="0 to size - 1"):
        DEFAULT.unrank(index)


def test_a_genotype_of_another_space_has_no_number() -> None:
    with pytest.raises(InvalidGenotype, match="this space makes 60"):
        DEFAULT.rank(SPACES["mobile"].unrank(0))


def test_the_number_of_spinenet_49_stays() -> None:
    """Golden: a change of the numbering changes what every seed samples."""
    assert DEFAULT.rank(DEFAULT.encode(SPINENET_49)) == 319227563531255515116280962631872


@large_and_small
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_encode_inverts_decode(space: SpineNetSpace, data: st.DataObject) -> None:
    genotype = space.unrank(data.draw(st.integers(0, space.size - 1)))
    assert space.encode(space.decode(genotype)) == genotype


@given(st.integers(0, DEFAULT.size - 1))
def test_every_choice_of_a_member_is_under_its_mask(index: int) -> None:
    genotype = DEFAULT.unrank(index)
    for at, choice in enumerate(genotype):
        mask = DEFAULT.legal(genotype[:at])
        assert mask.shape == (len(DEFAULT.decisions[at].choices),)
        assert mask[choice]


@pytest.mark.parametrize("published", [SPINENET_49, R0_SP53])
def test_what_the_paper_found_is_in_the_default_space(published: Architecture) -> None:
    assert DEFAULT.decode(DEFAULT.encode(published)) == published


def test_spinenet_49_fits_the_vertex_window_of_4_and_r0_sp53_does_not() -> None:
    """spinenet.md 1.4: it looks back 4 blocks at most, R0-SP53 5."""
    space = SpineNetSpace(window=4)
    assert space.decode(space.encode(SPINENET_49)) == SPINENET_49
    with pytest.raises(InvalidGenotype, match="two of the features"):
        space.encode(R0_SP53)


@pytest.mark.parametrize(
    "space",
    [
        SpineNetSpace({3: 1}, offsets=(0, 1), block_fns=(B,), output_levels=(4, 5)),
        SMALL_SPACES["shifts"],  # a draw of offsets would give some levels twice as often
        SMALL_SPACES["order and types"],
        SMALL_SPACES["a fixed order and types"],
    ],
)
def test_sampling_is_uniform_over_the_members(space: SpineNetSpace) -> None:
    """Chi-squared against its mean + 5 standard deviations: a false alarm in 2e-5, at 71 degrees
    of freedom and more."""
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


@pytest.mark.parametrize("wrong", [-1, 99, 1.0, "1", None, True, np.int64(0), []])
def test_a_choice_that_is_no_index_is_refused(wrong: object) -> None:
    genotype = list(DEFAULT.unrank(0))
    genotype[20] = wrong  # type: ignore[call-overload]
    with pytest.raises(InvalidGenotype, match="decision 20"):
        DEFAULT.decode(tuple(genotype))


def test_a_genotype_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidGenotype, match="59 choices: this space makes 60"):
        DEFAULT.decode(DEFAULT.unrank(0)[:-1])


def test_a_complete_genotype_has_no_next_decision() -> None:
    with pytest.raises(InvalidGenotype, match="nothing is left to decide"):
        DEFAULT.legal(DEFAULT.unrank(0))


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
        (SPACES["fish"], r"block 0 has level 2, not in \(3,\)"),
        (SPACES["mobile"], "stem_levels"),
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


def test_in_a_fixed_order_every_level_is_a_decision_of_one_choice() -> None:
    space = replace(NEAR, level_order=(5, 3, 4, 3))
    assert [d.name for d in space.decisions] == [d.name for d in NEAR.decisions]
    assert [d.choices for d in space.decisions[:4]] == [(5,), (3,), (4,), (3,)]


def test_the_members_of_all_fixed_orders_are_those_of_the_space() -> None:
    members = [NEAR.decode(NEAR.unrank(index)) for index in range(NEAR.size)]
    orders = {tuple(block.level for block in member.blocks) for member in members}
    assert sum(replace(NEAR, level_order=order).size for order in orders) == NEAR.size


@pytest.mark.parametrize("space", [SpineNetSpace({4: 2, 3: 1}, window=None), SPACES["fish"]])
def test_a_space_is_a_value_that_pickles(space: SpineNetSpace) -> None:
    copy = pickle.loads(pickle.dumps(space))
    assert copy == space
    assert hash(copy) == hash(space)
    assert copy != DEFAULT


def test_the_order_in_which_a_budget_is_written_does_not_count() -> None:
    assert SpineNetSpace({4: 2, 3: 1}) == SpineNetSpace({3: 1, 4: 2})
