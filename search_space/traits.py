"""What an architecture decided, in numbers that a person can name: for explaining, not predicting.

`controllers/architecture_features.py` has what a surrogate learns from: more, and nameless.
"""

from collections.abc import Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search_space.architecture import Architecture
from search_space.block import MAX_LEVEL, MIN_LEVEL, NUM_STEM_FEATURES
from search_space.detail_loss import lost_levels
from search_space.graph import Node, resolve

FAR: Final = 5  # blocks: what the default space shows an intermediate; an output sees all
COARSE: Final = 5  # the level from which a block counts as coarse
PARTS: Final = ("first", "middle", "last")  # thirds of the blocks that are no outputs

# Names of the numbers, by the decision that they tell of.
TRAITS: Final = MappingProxyType(
    {
        "level order": (
            "rise of the level from first block to last",
            *(f"mean level of the {part} third" for part in PARTS),
            "steps to a coarser level",
            "steps to a finer level",
            "levels walked from block to block",
            "rise of the level from first output to last",
        ),
        "block levels": tuple(
            f"blocks at level {level}" for level in range(MIN_LEVEL, MAX_LEVEL + 1)
        ),
        "long-range edges": (
            "mean distance of a parent",
            f"edges over more than {FAR} blocks",
            "longest edge",
            "edges from the stem",
        ),
        "scale changes": (
            "edges within a level",
            "edges over one level",
            "edges over two levels",
            "edges over three levels or more",
            "levels up, to finer",
            "levels down, to coarser",
        ),
        "block types": (
            "residual blocks",
            "residual outputs",
            f"residual blocks at level {COARSE} or coarser",
        ),
        "detail loss": ("detail loss in levels", "outputs with detail loss"),
        "dead blocks": ("blocks that are not built", "dangling blocks merged into outputs"),
    }
)


def traits(architecture: Architecture) -> NDArray[np.float64]:
    """The numbers that TRAITS names, one group after another, in 0.1 ms.

    Of the blocks that are built. Two lists of blocks that build one network may differ in the level
    order and in distances, which are of the list.
    """
    nodes = resolve(architecture)
    live = [node for node in nodes if node.live]
    levels = [architecture.feature_level(feature) for feature in range(NUM_STEM_FEATURES)]
    levels += [node.level for node in nodes]
    lost = lost_levels(architecture, nodes)
    numbers = [
        *_order(live),
        *_levels(live),
        *_distances(live),
        *_scale_changes(live, levels),
        *_types(live),
        sum(lost),
        sum(one > 0 for one in lost),
        len(nodes) - len(live),
        sum(len(node.merged) for node in live),
    ]
    return np.array(numbers, np.float64)


def _order(live: Sequence[Node]) -> list[float]:
    inner = [node.level for node in live if not node.is_output]
    outputs = [node.level for node in live if node.is_output]
    third = len(inner) / len(PARTS)
    cuts = [round(i * third) for i in range(len(PARTS) + 1)]
    changes = [after - before for before, after in pairwise(inner)]
    return [
        _rise(inner),
        *(_mean(inner[begin:end]) for begin, end in pairwise(cuts)),
        sum(change > 0 for change in changes),
        sum(change < 0 for change in changes),
        sum(abs(change) for change in changes),
        _rise(outputs),
    ]


def _rise(levels: Sequence[int]) -> float:
    """Of the regression line of level on place, from its one end to the other."""
    last = len(levels) - 1
    if last < 1:
        return 0.0
    weighted = sum((place - last / 2) * level for place, level in enumerate(levels))
    return 12 * weighted / ((last + 1) * (last + 2))


def _mean(levels: Sequence[int]) -> float:
    return sum(levels) / len(levels) if levels else 0.0


def _levels(live: Sequence[Node]) -> list[float]:
    counts = [0.0] * (MAX_LEVEL + 1 - MIN_LEVEL)
    for node in live:
        if not node.is_output:
            counts[node.level - MIN_LEVEL] += 1
    return counts


def _distances(live: Sequence[Node]) -> list[float]:
    distances = [node.feature - parent for node in live for parent in node.parents]
    from_stem = sum(parent < NUM_STEM_FEATURES for node in live for parent in node.parents)
    far = sum(distance > FAR for distance in distances)
    return [sum(distances) / len(distances), far, max(distances), from_stem]


def _scale_changes(live: Sequence[Node], levels: Sequence[int]) -> list[float]:
    counts, up, down = [0.0] * 4, 0, 0
    for node in live:
        for parent in node.parents:
            change = node.level - levels[parent]
            counts[min(abs(change), 3)] += 1
            up, down = up + max(-change, 0), down + max(change, 0)
    return [*counts, up, down]


def _types(live: Sequence[Node]) -> list[float]:
    residual = [node for node in live if node.block_fn == "residual"]
    return [
        len(residual),
        sum(node.is_output for node in residual),
        sum(node.level >= COARSE for node in residual),
    ]
