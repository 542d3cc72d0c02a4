"""Damage done to an architecture on purpose, to measure what its wiring is worth.

The three of arXiv 1912.05027 Table 8, each of which leaves a block with one parent.
"""

from collections.abc import Callable
from dataclasses import replace

from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES


def sequential_only(architecture: Architecture) -> Architecture:
    """Keep only the edges between neighbours: every block's one input is the block before it.

    The last column of the table, both kinds of edges removed; the first block takes the last stem
    block. No block but a stem block is left unused, so no other is merged.
    """
    return replace(
        architecture,
        blocks=tuple(
            replace(block, inputs=(NUM_STEM_FEATURES + position - 1,))
            for position, block in enumerate(architecture.blocks)
        ),
    )


def without_short_range(architecture: Architecture) -> Architecture:
    """Keep of every block's parents the one that was built first: the long-range edge."""
    return _with_one_parent(architecture, min)


def without_long_range(architecture: Architecture) -> Architecture:
    """Keep of every block's parents the one that was built last: the short-range edge."""
    return _with_one_parent(architecture, max)


def _with_one_parent(
    architecture: Architecture, choose: Callable[[tuple[int, ...]], int]
) -> Architecture:
    """Blocks that are left without a child are merged or dead, as in any network."""
    blocks = (replace(block, inputs=(choose(block.inputs),)) for block in architecture.blocks)
    return replace(architecture, blocks=tuple(blocks))
