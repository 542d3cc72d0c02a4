"""The graph the official builder makes of a list of block specs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from search_space.block import NUM_STEM_FEATURES, BlockSpec


class Wiring(Protocol):
    """What the graph is read from; an `Architecture` is one."""

    @property
    def blocks(self) -> tuple[BlockSpec, ...]:
        """In building order; a block's inputs are earlier features."""
        ...

    @property
    def stem_levels(self) -> tuple[int, ...]:
        """The chain of blocks before them; the last two are features 0 and 1."""
        ...

    @property
    def output_levels(self) -> tuple[int, ...]:
        """Levels that have an endpoint."""
        ...

    @property
    def stem_block_fn(self) -> str:
        """Type of the chain's blocks."""
        ...


@dataclass(frozen=True, slots=True)
class Node:
    """One block with what the builder decided about it."""

    feature: int  # its feature index, 2 + the block's position
    level: int
    block_fn: str
    is_output: bool  # an endpoint is built on it
    parents: tuple[int, ...]  # feature indices, each resampled before the sum
    merged: tuple[int, ...]  # feature indices added to the same sum raw, without a resample
    live: bool  # some output depends on it; other blocks are not built


def resolve(wiring: Wiring, levels: Collection[int] | None = None) -> tuple[Node, ...]:
    """One node for every block, in block order.

    Outputs are the output blocks at `levels` (without, at the output levels), live the blocks that
    those depend on.

    At each output block in order, every earlier feature (stem features too) that nothing has
    used SO FAR and that has the block's own level and channels is merged into its sum. A later
    block may still take a merged feature as parent, and an unused feature of another level or
    type is never attached (official code; arXiv 1912.05027 section 3 says only "connect to the
    output block at the corresponding level"). One level and one type mean equal channels, and a
    bottleneck (4C) never equals a residual block (C).
    """
    levels = wiring.output_levels if levels is None else levels
    merged = _merged(wiring)
    outputs = [block.is_output and block.level in levels for block in wiring.blocks]
    live = _live(wiring.blocks, merged, outputs)
    return tuple(
        Node(
            feature=NUM_STEM_FEATURES + position,
            level=block.level,
            block_fn=block.block_fn,
            is_output=outputs[position],
            parents=block.inputs,
            merged=merged[position],
            live=live[NUM_STEM_FEATURES + position],
        )
        for position, block in enumerate(wiring.blocks)
    )


def built_stem_blocks(wiring: Wiring, nodes: Sequence[Node]) -> int:
    """How many blocks of the stem chain some output depends on: all, but for rare graphs."""
    used = {feature for node in nodes if node.live for feature in node.parents + node.merged}
    unused = 0 if 1 in used else 1 if 0 in used else NUM_STEM_FEATURES
    return len(wiring.stem_levels) - unused


def _merged(wiring: Wiring) -> list[tuple[int, ...]]:
    shapes = [(level, wiring.stem_block_fn) for level in wiring.stem_levels[-NUM_STEM_FEATURES:]]
    used = [False] * (NUM_STEM_FEATURES + len(wiring.blocks))
    merged: list[tuple[int, ...]] = []
    for block in wiring.blocks:
        for parent in block.inputs:
            used[parent] = True
        shape = (block.level, block.block_fn)
        dangling: tuple[int, ...] = ()
        if block.is_output:
            dangling = tuple(i for i, s in enumerate(shapes) if s == shape and not used[i])
            for feature in dangling:
                used[feature] = True
        merged.append(dangling)
        shapes.append(shape)
    return merged


def _live(
    blocks: Sequence[BlockSpec],
    merged: Sequence[tuple[int, ...]],
    outputs: Sequence[bool],
) -> list[bool]:
    live = [False] * NUM_STEM_FEATURES + list(outputs)
    for position in range(len(blocks) - 1, -1, -1):
        if live[NUM_STEM_FEATURES + position]:
            for feature in blocks[position].inputs + merged[position]:
                live[feature] = True
    return live
