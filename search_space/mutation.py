"""Small random changes of a scale-permuted architecture.

arXiv 1912.05027 searches by reinforcement learning and has no mutations; these follow its three
groups of decisions: scale permutation, cross-scale connections, block adjustments (section 3).
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from search_space.block import MAX_LEVEL, MIN_LEVEL, NUM_STEM_FEATURES, BlockSpec
from search_space.block_space import BlockSpace
from search_space.errors import InvalidGenotype
from search_space.fingerprint import fingerprint
from search_space.space import Genotype

MAX_DRAWS = 2_000  # 1.4 are needed on average in the default space, 7 at most in 1,000 mutations

Blocks = tuple[BlockSpec, ...]
# A move returns the changed blocks, or None where the draw leads nowhere.
Move = Callable[[BlockSpace, Blocks, np.random.Generator], Blocks | None]


def mutate(space: BlockSpace, genotype: Genotype, rng: np.random.Generator) -> Genotype:
    """A member one move away, with another key. Raises InvalidGenotype if none turns up.

    Every draw picks a kind of move uniformly, then its details; a draw that leaves the space or
    builds the same network is thrown away and the kind drawn anew.
    """
    parent = space.decode(genotype)
    before = fingerprint(parent)
    for _ in range(MAX_DRAWS):
        move = MOVES[rng.integers(len(MOVES))]
        blocks = move(space, parent.blocks, rng)
        if blocks is None:
            continue
        child = replace(parent, blocks=blocks)
        try:
            neighbour = space.encode(child)
        except InvalidGenotype:
            continue
        if fingerprint(child) != before or child.key != parent.key:
            return neighbour
    raise InvalidGenotype(
        f"architecture {parent.key} has no neighbour in {MAX_DRAWS} draws: the space is too small "
        "to mutate in, enumerate it instead"
    )


def swap_levels(space: BlockSpace, blocks: Blocks, rng: np.random.Generator) -> Blocks | None:
    """Exchange the levels of two intermediates, or of two outputs; parents stay in place."""
    first, second = _two_of_a_kind(blocks, rng)
    if blocks[first].level == blocks[second].level:
        return None
    changed = list(blocks)
    changed[first] = replace(blocks[first], level=blocks[second].level)
    changed[second] = replace(blocks[second], level=blocks[first].level)
    return tuple(changed)


def move_block(space: BlockSpace, blocks: Blocks, rng: np.random.Generator) -> Blocks | None:
    """Put a block at another place among its kind; edges follow the blocks they join.

    An edge that would then point forward or out of the window gets a parent drawn anew.
    """
    origin, target = _two_of_a_kind(blocks, rng)
    if origin == target:
        return None
    order = list(range(len(blocks)))
    order.insert(target, order.pop(origin))
    renamed = {NUM_STEM_FEATURES + old: NUM_STEM_FEATURES + new for new, old in enumerate(order)}
    changed = []
    for position, old in enumerate(order):
        visible = space.visible(position)
        inputs = [renamed.get(feature, feature) for feature in blocks[old].inputs]
        kept = [feature for feature in inputs if feature in visible]
        while len(kept) < len(inputs):
            drawn = int(rng.choice([f for f in visible if f not in kept]))
            kept.append(drawn)
        changed.append(replace(blocks[old], inputs=tuple(sorted(kept))))
    return tuple(changed)


def rewire(space: BlockSpace, blocks: Blocks, rng: np.random.Generator) -> Blocks | None:
    """Give one block another parent in the place of one of its two."""
    position = int(rng.integers(len(blocks)))
    inputs = blocks[position].inputs
    others = [feature for feature in space.visible(position) if feature not in inputs]
    if not others:
        return None
    kept = inputs[int(rng.integers(len(inputs)))]
    changed = tuple(sorted((kept, int(rng.choice(others)))))
    return _with(blocks, position, replace(blocks[position], inputs=changed))


def change_level(space: BlockSpace, blocks: Blocks, rng: np.random.Generator) -> Blocks | None:
    """Shift one intermediate to another level."""
    position, level = int(rng.integers(len(blocks))), int(rng.integers(MIN_LEVEL, MAX_LEVEL + 1))
    if blocks[position].is_output or blocks[position].level == level:
        return None
    return _with(blocks, position, replace(blocks[position], level=level))


def change_type(space: BlockSpace, blocks: Blocks, rng: np.random.Generator) -> Blocks | None:
    """Give one block another type."""
    position = int(rng.integers(len(blocks)))
    others = [name for name in space.block_fns if name != blocks[position].block_fn]
    if not others:
        return None
    name = others[int(rng.integers(len(others)))]
    return _with(blocks, position, replace(blocks[position], block_fn=name))


MOVES: tuple[Move, ...] = (swap_levels, move_block, rewire, change_level, change_type)


def _two_of_a_kind(blocks: Blocks, rng: np.random.Generator) -> tuple[int, int]:
    """Two positions, both of intermediates or both of outputs; maybe one and the same."""
    first = int(rng.integers(len(blocks)))
    kind = blocks[first].is_output
    alike = [i for i, block in enumerate(blocks) if block.is_output == kind]
    return first, alike[int(rng.integers(len(alike)))]


def _with(blocks: Blocks, position: int, block: BlockSpec) -> Blocks:
    return (*blocks[:position], block, *blocks[position + 1 :])
