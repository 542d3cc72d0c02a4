import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations_with_replacement, permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from search_space import (
    PUBLISHED,
    R0_SP53,
    SPINENET_49,
    SPINENET_MOBILE,
    Architecture,
    InvalidArchitecture,
    Node,
    SpineNetSpace,
    resolve,
)
from search_space.difference import BlockPair, Difference, compare
from search_space.difference_json import difference_to_json
from search_space.mutation import Move, change_level, change_type, rewire, swap_levels
from tests.search_space.architectures import (
    R,
    block,
    every_tiny_architecture,
    five_outputs,
    same_network,
)

SPACE = SpineNetSpace()
# What `correspondence` weighs: a rewired parent as much as a level; consequences less.
WEIGHTS = {"level": 4, "type": 4, "output": 8, "parent": 4, "merge": 1, "liveness": 1}
# Moves that keep every block in its place.
IN_PLACE = (swap_levels, rewire, change_level, change_type)
seeds = given(st.integers(0, 2**32))


def member(rng: np.random.Generator, space: SpineNetSpace = SPACE) -> Architecture:
    return space.decode(space.sample(rng))


def moved_by(move: Move, parent: Architecture, rng: np.random.Generator) -> Architecture:
    """The first result of a move that is not thrown away."""
    drawn = (move(SPACE, parent.blocks, rng) for _ in range(1000))
    return replace(parent, blocks=next(blocks for blocks in drawn if blocks is not None))


def consequences(architecture: Architecture) -> list[tuple[object, ...]]:
    """What nobody decides: liveness and merges."""
    return [(node.live, node.merged) for node in resolve(architecture)]


def cost(pairs: list[tuple[Node, Node]]) -> int:
    """Weighed differences of live networks under a bijection, counted anew."""
    image = {0: 0, 1: 1} | {first.feature: second.feature for first, second in pairs}
    total = 0
    for first, second in pairs:
        if first.live or second.live:
            total += 4 * (first.level != second.level) + 4 * (first.block_fn != second.block_fn)
            total += 8 * (first.is_output != second.is_output) + (first.live != second.live)
        for weight, mine, others in (
            (2, first.parents, second.parents),
            (1, first.merged, second.merged),
        ):
            kept = {image[feature] for feature in mine} & set(others)
            total += weight * (len(mine) - len(kept)) * first.live
            total += weight * (len(others) - len(kept)) * second.live
    return total


def found_cost(difference: Difference) -> int:
    return cost([(pair.first, pair.second) for pair in difference.pairs])


def exchanged(architecture: Architecture, position: int) -> Architecture | None:
    """The block built after its follower instead, edges along; None where it is a parent of it."""
    blocks, early, late = list(architecture.blocks), position + 2, position + 3
    if early in blocks[position + 1].inputs:
        return None
    blocks[position : position + 2] = blocks[position + 1], blocks[position]
    name = {early: late, late: early}
    return replace(
        architecture,
        blocks=tuple(
            replace(b, inputs=tuple(sorted(name.get(f, f) for f in b.inputs))) for b in blocks
        ),
    )


@seeds
@settings(max_examples=50, deadline=None)
def test_an_architecture_differs_in_nothing_from_itself(seed: int) -> None:
    architecture = member(np.random.default_rng(seed))
    difference = compare(architecture, architecture)
    assert difference.same_network
    assert difference.changes == {}
    assert all(pair.first == pair.second and not pair.moved for pair in difference.pairs)


@seeds
@settings(max_examples=50, deadline=None)
def test_the_difference_of_the_exchanged_is_the_flipped_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = member(rng), member(rng, SpineNetSpace({3: 2, 4: 1}))
    for one, other in ((first, second), (first, SPINENET_49), (second, SPINENET_MOBILE)):
        assert compare(other, one) == compare(one, other).flipped()


def test_no_change_is_reported_exactly_for_one_network_on_every_tiny_architecture() -> None:
    """All pairs of the 72 networks of three blocks; networkx says which are one."""
    for first, second in combinations_with_replacement(every_tiny_architecture(3), 2):
        difference = compare(first, second)
        assert difference.same_network == same_network(first, second)
        assert (difference.changes == {}) == difference.same_network


@seeds
@settings(max_examples=50, deadline=None)
def test_blocks_in_another_order_are_the_same_network(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first = second = member(rng)
    for position in rng.integers(0, 9, 30):
        second = exchanged(second, int(position)) or second
    difference = compare(first, second)
    assert difference.same_network
    assert difference.changes == {}
    assert first == second or any(pair.moved for pair in difference.pairs)


@seeds
@settings(max_examples=50, deadline=None)
def test_outputs_in_another_order_differ_in_merges_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first = member(rng)
    second = exchanged(first, int(rng.integers(10, 14)))
    assume(second is not None)
    assert second is not None
    assert set(compare(first, second).changes) <= {"merge", "liveness"}


@pytest.mark.parametrize(
    ("move", "changes"),
    [(rewire, {"parent": 1}), (change_type, {"type": 1}), (change_level, {"level": 1})],
)
@seeds
@settings(max_examples=40, deadline=None)
def test_a_move_without_consequences_is_one_change(
    move: Move, changes: dict[str, int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    parent = member(rng)
    child = moved_by(move, parent, rng)
    assume(child.key != parent.key and consequences(child) == consequences(parent))
    assert compare(parent, child).changes == changes


@seeds
@settings(max_examples=100, deadline=None)
def test_relatives_differ_in_no_more_than_was_moved(seed: int) -> None:
    """Up to four moves that keep every block in its place; its place is one way to compare."""
    rng = np.random.default_rng(seed)
    parent = child = member(rng)
    for _ in range(rng.integers(1, 5)):
        child = moved_by(IN_PLACE[rng.integers(len(IN_PLACE))], child, rng)
    by_place = cost(list(zip(resolve(parent), resolve(child), strict=True)))
    assert found_cost(compare(parent, child)) <= by_place


def test_of_small_networks_no_assignment_has_a_smaller_difference() -> None:
    """All 120 assignments of five blocks to five, for 60 fixed pairs of unrelated networks.

    Not for any pair: of 12,000 others 7 had a smaller one.
    """
    rng = np.random.default_rng(0)
    space = SpineNetSpace({3: 2, 4: 1}, offsets=(0, 1), output_levels=(3, 4))
    for _ in range(60):
        first, second = member(rng, space), member(rng, space)
        images = permutations(resolve(second))
        least = min(cost(list(zip(resolve(first), image, strict=True))) for image in images)
        assert found_cost(compare(first, second)) == least


@seeds
@settings(max_examples=50, deadline=None)
def test_what_was_lost_and_gained_turns_the_first_into_the_second(seed: int) -> None:
    rng = np.random.default_rng(seed)
    difference = compare(member(rng), member(rng))
    image = {0: 0, 1: 1} | {p.first.feature: p.second.feature for p in difference.pairs}
    for pair in difference.pairs:
        for first, second, lost, gained in sides(pair):
            assert {image[f] for f in first if f not in lost} | set(gained) == set(second)
            assert set(lost) <= set(first)


def sides(pair: BlockPair) -> Iterator[tuple[tuple[int, ...], ...]]:
    yield pair.first.parents, pair.second.parents, pair.lost_parents, pair.gained_parents
    yield pair.first.merged, pair.second.merged, pair.lost_merged, pair.gained_merged


def test_spinenet_mobile_is_spinenet_49_one_index_higher() -> None:
    """As said of the official block specs: with one block more, and its stem rewired."""
    difference = compare(SPINENET_49, SPINENET_MOBILE)
    assert all(p.second.feature == p.first.feature + 1 for p in difference.pairs)
    assert [node.feature for node in difference.added] == [2]
    assert difference.changes == {"stem": 1, "added": 1, "type": 15, "parent": 2}


def test_r0_sp53_keeps_the_upper_part_of_the_first_half_of_spinenet_49() -> None:
    """Blocks 2 to 5 have the same parents in arXiv 1912.05027 figures 4c and 4d."""
    pairs = compare(SPINENET_49, R0_SP53).pairs
    assert [p.second.feature for p in pairs[:4]] == [2, 3, 4, 5]
    assert not any(p.lost_parents for p in pairs[:4])


def test_a_block_that_one_alone_has_is_told() -> None:
    first = Architecture((block(5, 0, 1, fn=R), block(4, 0, 2), *five_outputs(0, 3)))
    second = Architecture((block(4, 0, 1), *five_outputs(0, 2)))
    difference = compare(first, second)
    assert [node.feature for node in difference.removed] == [2]
    assert difference.changes == {"removed": 1, "parent": 1}


def test_a_block_that_is_no_longer_built_is_told() -> None:
    first = Architecture((block(1, 0, 1), *five_outputs(0, 2)))
    blocks = [replace(b, inputs=(0, 1)) for b in first.blocks]
    difference = compare(first, replace(first, blocks=tuple(blocks)))
    assert difference.changes == {"parent": 5, "liveness": 1}


def test_blocks_that_are_built_in_neither_do_not_count() -> None:
    first = Architecture((block(1, 0, 1), *five_outputs(0, 1)))
    second = Architecture((block(2, 0, 1, fn=R), block(1, 0, 2), *five_outputs(0, 1)))
    difference = compare(first, second)
    assert difference.same_network
    assert difference.changes == {}


def test_a_stem_block_that_nothing_needs_does_not_count() -> None:
    first = Architecture((block(5, 0, out=True),), (2, 3, 4), output_levels=(5,))
    second = Architecture((block(5, 1, out=True),), (2, 3), output_levels=(5,))
    assert first.key == second.key
    assert compare(first, second).changes == {}


def test_another_output_level_is_told() -> None:
    first = Architecture(
        tuple(block(level, 0, 1, out=True) for level in (3, 4)), output_levels=(3, 4)
    )
    second = Architecture((block(3, 0, 1, out=True),), output_levels=(3,))
    assert compare(first, second).changes == {"removed": 1}


def test_one_pair_of_exchanged_blocks_is_one_moved_block() -> None:
    second = exchanged(SPINENET_49, 10)  # outputs P4 and P3
    assert second is not None
    difference = compare(SPINENET_49, second)
    assert difference.same_network
    assert sum(pair.moved for pair in difference.pairs) == 1


def test_a_difference_names_every_block_once() -> None:
    difference = compare(SPINENET_49, R0_SP53)
    with pytest.raises(InvalidArchitecture, match="every block"):
        replace(difference, pairs=difference.pairs[1:])


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_json_holds_every_block_of_both(name: str) -> None:
    other = PUBLISHED[name]
    found = json.loads(difference_to_json(compare(SPINENET_49, other), ("a", "b")))
    assert found["second"]["key"] == other.key
    features = [p["second"]["feature"] for p in found["pairs"]]
    features += [node["feature"] for node in found["only_second"]]
    assert sorted(features) == list(range(2, 2 + len(other.blocks)))
