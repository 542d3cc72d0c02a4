import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_space import R0_SP53, SPINENET_49, Genotype, InvalidGenotype, SpineNetSpace
from search_space.space_presets import SPACES
from tests.search_space.small_spaces import ONE_BLOCK

DEFAULT = SpineNetSpace()
seeds = given(st.integers(0, 2**32))
each = pytest.mark.parametrize(
    "space",
    [DEFAULT, replace(DEFAULT, window=None), *(SPACES[n] for n in ("mobile", "fish", "tiny"))],
    ids=["default", "no window", "mobile", "fish", "tiny"],
)


def rows(space: SpineNetSpace, genotype: Genotype) -> list[tuple[str, tuple[int, ...]]]:
    """Type and parents of every block."""
    return [(block.block_fn, block.inputs) for block in space.decode(genotype).blocks]


@each
@seeds
@settings(max_examples=40, deadline=None)
def test_a_child_is_a_member_with_the_key_of_neither_parent(
    space: SpineNetSpace, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    first, second = space.sample(rng), space.sample(rng)
    child = space.decode(space.crossover(first, second, rng)).key
    assert child not in {space.decode(first).key, space.decode(second).key}


@seeds
@settings(max_examples=60, deadline=None)
def test_every_block_takes_type_and_parents_from_one_of_the_two(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = DEFAULT.sample(rng), DEFAULT.sample(rng)
    child = DEFAULT.crossover(first, second, rng)
    of_both = zip(rows(DEFAULT, first), rows(DEFAULT, second), strict=True)
    for row, choices in zip(rows(DEFAULT, child), of_both, strict=True):
        assert row in choices


@seeds
@settings(max_examples=60, deadline=None)
def test_the_blocks_of_one_parent_are_one_run(seed: int) -> None:
    """Two cuts: types and parents of the second lie between them."""
    rng = np.random.default_rng(seed)
    first, second = DEFAULT.sample(rng), DEFAULT.sample(rng)
    child = DEFAULT.crossover(first, second, rng)
    of_all = zip(*(rows(DEFAULT, genotype) for genotype in (first, second, child)), strict=True)
    source = "".join("?" if a == b else "A" if c == a else "B" for a, b, c in of_all)
    assert re.fullmatch("A*B*A*", source.replace("?", ""))


def test_levels_of_parents_with_one_multiset_are_mostly_kept() -> None:
    """SpineNet-49 and R0-SP53: where no repair is needed a block has its giver's level."""
    rng = np.random.default_rng(0)
    first, second = DEFAULT.encode(SPINENET_49), DEFAULT.encode(R0_SP53)
    kept = 0
    for _ in range(100):
        child = DEFAULT.decode(DEFAULT.crossover(first, second, rng)).blocks
        of_all = zip(child, SPINENET_49.blocks, R0_SP53.blocks, strict=True)
        kept += sum(c.level in (a.level, b.level) for c, a, b in of_all)
    assert kept > 0.9 * 1500


def test_a_level_that_the_budget_rules_out_is_replaced() -> None:
    """One block each of levels 3, 4 and 5 in two cyclic orders: most mixtures double a level."""
    space = SpineNetSpace({3: 1, 4: 1, 5: 1}, offsets=(0,), block_fns=("bottleneck",))
    rng = np.random.default_rng(0)
    for _ in range(200):
        child = space.crossover(space.sample(rng), space.sample(rng), rng)
        levels = [block.level for block in space.decode(child).blocks]
        assert (sorted(levels[:3]), sorted(levels[3:])) == ([3, 4, 5], [3, 4, 5, 6, 7])


def test_identical_parents_have_a_mutant_for_a_child() -> None:
    genotype = DEFAULT.encode(SPINENET_49)
    child = DEFAULT.crossover(genotype, genotype, np.random.default_rng(0))
    assert DEFAULT.decode(child).key != SPINENET_49.key


def test_parents_that_differ_in_one_block_have_a_mutant_for_a_child() -> None:
    first, second = ONE_BLOCK.unrank(0), ONE_BLOCK.unrank(2)
    assert sum(a != b for a, b in zip(first, second, strict=True)) == 1
    for seed in range(20):
        child = ONE_BLOCK.crossover(first, second, np.random.default_rng(seed))
        assert child not in (first, second)


def test_the_same_generator_gives_the_same_child() -> None:
    first, second = DEFAULT.encode(SPINENET_49), DEFAULT.encode(R0_SP53)
    children = [DEFAULT.crossover(first, second, np.random.default_rng(5)) for _ in range(2)]
    assert children[0] == children[1]


def test_children_of_two_are_many() -> None:
    first, second = DEFAULT.encode(SPINENET_49), DEFAULT.encode(R0_SP53)
    rng = np.random.default_rng(0)
    children = {DEFAULT.crossover(first, second, rng) for _ in range(100)}
    assert len(children) > 50


@pytest.mark.parametrize("place", [0, 1])
def test_a_parent_that_is_no_member_is_refused(place: int) -> None:
    parents = [DEFAULT.unrank(0), DEFAULT.unrank(1)]
    parents[place] = parents[place][:-1]
    with pytest.raises(InvalidGenotype, match="59 choices"):
        DEFAULT.crossover(*parents, np.random.default_rng(0))


def test_two_networks_that_are_all_there_is_have_no_child() -> None:
    space = SpineNetSpace({}, output_levels=(3,))
    with pytest.raises(InvalidGenotype, match="no child"):
        space.crossover(space.unrank(0), space.unrank(1), np.random.default_rng(0))


def test_a_space_of_one_network_has_no_children() -> None:
    space = SpineNetSpace({}, block_fns=("bottleneck",), output_levels=(3,))
    with pytest.raises(InvalidGenotype, match="no neighbour"):
        space.crossover(space.unrank(0), space.unrank(0), np.random.default_rng(0))
