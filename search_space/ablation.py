"""Damage done to an architecture on purpose, to measure what its wiring is worth."""

from dataclasses import replace

from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES


def sequential_only(architecture: Architecture) -> Architecture:
    """Keep only the edges between neighbours: every block's one input is the block before it.

    The paper's graph damage (2) (arXiv 1912.05027 Table 8, last column); the first block takes
    the last stem block. No block but a stem block is left unused, so no other is merged.
    """
    return replace(
        architecture,
        blocks=tuple(
            replace(block, inputs=(NUM_STEM_FEATURES + position - 1,))
            for position, block in enumerate(architecture.blocks)
        ),
    )
