"""How much finer than their inputs an architecture's outputs pretend to be."""

from collections.abc import Sequence

from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES
from search_space.graph import Node, resolve


def detail_loss(architecture: Architecture) -> int:
    """Levels by which outputs are finer than what reaches them, summed over the outputs.

    Every path from the stem to an output passes its coarsest block; an output loses as many levels
    as its finest path is coarser than itself somewhere. 0: the architecture is sound.
    """
    return sum(lost_levels(architecture, resolve(architecture)))


def lost_levels(architecture: Architecture, nodes: Sequence[Node]) -> list[int]:
    """Of each output, in building order; `nodes` are those that `resolve` makes of it."""
    coarsest = [architecture.feature_level(feature) for feature in range(NUM_STEM_FEATURES)]
    lost = []
    for node in nodes:
        finest = min([coarsest[feature] for feature in node.parents + node.merged])
        coarsest.append(max(node.level, finest))
        if node.is_output:
            lost.append(coarsest[-1] - node.level)
    return lost
