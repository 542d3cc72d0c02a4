from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_space import SPINENET_49, BlockSpec, InvalidGenotype, SpineNetSpace
from search_space.mutation import (
    MOVES,
    Move,
    change_level,
    change_type,
    move_block,
    mutate,
    rewire,
    swap_levels,
)
from search_space.space_presets import SPACES
from tests.search_space.architectures import B

SPACE = SpineNetSpace()
BLOCKS = SPINENET_49.blocks


def changed(blocks: tuple[BlockSpec, ...], field: str) -> list[int]:
    return [
        i
        for i, (old, new) in enumerate(zip(BLOCKS, blocks, strict=True))
        if getattr(old, field) != getattr(new, field)
    ]


def drawn(move: Move, seed: int) -> tuple[BlockSpec, ...]:
    """The first result of a move that is not thrown away."""
    rng = np.random.default_rng(seed)
    return next(blocks for _ in range(1000) if (blocks := move(SPACE, BLOCKS, rng)) is not None)


seeds = given(st.integers(0, 2**32))


@pytest.mark.parametrize(
    "space",
    [SPACE, replace(SPACE, window=None), *(SPACES[n] for n in ("mobile", "hourglass", "tiny"))],
    ids=["default", "no window", "mobile", "hourglass", "tiny"],
)
@seeds
@settings(max_examples=40, deadline=None)
def test_a_mutant_is_a_member_with_another_key(space: SpineNetSpace, seed: int) -> None:
    rng = np.random.default_rng(seed)
    genotype = space.sample(rng)
    mutant = space.mutate(genotype, rng)
    assert space.decode(mutant).key != space.decode(genotype).key


@seeds
def test_a_mutant_of_a_fixed_order_keeps_its_levels(seed: int) -> None:
    space, rng = SPACES["fish"], np.random.default_rng(seed)
    mutant = space.decode(space.mutate(space.sample(rng), rng))
    assert tuple(block.level for block in mutant.blocks) == space.level_order


@seeds
def test_a_swap_exchanges_the_levels_of_two_blocks_of_a_kind(seed: int) -> None:
    first, second = changed(drawn(swap_levels, seed), "level")
    assert BLOCKS[first].is_output == BLOCKS[second].is_output


@seeds
def test_a_swap_keeps_parents_and_types(seed: int) -> None:
    blocks = drawn(swap_levels, seed)
    assert changed(blocks, "inputs") == changed(blocks, "block_fn") == []


@seeds
def test_a_moved_block_stays_among_its_kind_and_sees_its_parents(seed: int) -> None:
    blocks = drawn(move_block, seed)
    assert changed(blocks, "is_output") == []
    assert sorted(b.level for b in blocks) == sorted(b.level for b in BLOCKS)
    for position, block in enumerate(blocks):
        assert all(feature in SPACE.visible(position) for feature in block.inputs)


def test_edges_follow_a_moved_block() -> None:
    """Outputs 13 (P3) and 12 (P4) change places; 14 and 16 still take the one at level 4."""
    results = (drawn(move_block, seed) for seed in range(2000))
    wanted = [b.level for b in BLOCKS[:10]] + [3, 4, 5, 7, 6]
    blocks = next(r for r in results if [b.level for b in r] == wanted)
    assert blocks[10] == BlockSpec(3, B, (4, 10), True)
    assert blocks[12].inputs == (7, 13)
    assert blocks[14].inputs == (13, 14)


@seeds
def test_a_rewiring_changes_one_parent_of_one_block(seed: int) -> None:
    blocks = drawn(rewire, seed)
    (position,) = changed(blocks, "inputs")
    assert len(set(blocks[position].inputs) & set(BLOCKS[position].inputs)) == 1


@seeds
def test_a_level_change_touches_one_intermediate(seed: int) -> None:
    (position,) = changed(drawn(change_level, seed), "level")
    assert not BLOCKS[position].is_output


@seeds
def test_a_type_change_touches_one_block(seed: int) -> None:
    assert len(changed(drawn(change_type, seed), "block_fn")) == 1


def test_a_type_stays_where_only_one_is_allowed() -> None:
    space = SpineNetSpace(block_fns=(B,))
    assert change_type(space, BLOCKS, np.random.default_rng(0)) is None


def test_every_kind_of_move_is_in_use() -> None:
    assert set(MOVES) == {swap_levels, move_block, rewire, change_level, change_type}


def test_a_space_without_neighbours_says_so() -> None:
    space = SpineNetSpace({}, block_fns=(B,), output_levels=(3,))
    with pytest.raises(InvalidGenotype, match="no neighbour"):
        mutate(space, space.unrank(0), np.random.default_rng(0))
