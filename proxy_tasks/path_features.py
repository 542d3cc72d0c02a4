"""What the paths from the stem to the outputs are like, as numbers for a regression."""

import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from search_space import Architecture, BackboneScale, backbone_cost
from search_space.block import MAX_LEVEL, MIN_LEVEL
from search_space.graph import resolve


def path_features(architecture: Architecture) -> NDArray[np.float64]:
    """For each output: detail lost, shortest and longest path, paths, changes of level, inputs.

    Then the live blocks by level, their number, how many are no residual blocks, the logarithms of
    multiply-adds and parameters at 640 px, and the detail lost in all. An output's detail lost is
    how many levels coarser than itself the best path to it gets somewhere. Shape
    [6 * outputs + 11]; equal for equal keys.
    """
    levels = {feature: architecture.feature_level(feature) for feature in (0, 1)}
    coarsest = dict(levels)
    shortest, longest, changes = ({0: 0, 1: 0} for _ in range(3))
    paths = {0: 1, 1: 1}
    outputs: dict[int, list[float]] = {}
    nodes = resolve(architecture)
    live = [node for node in nodes if node.live]
    for node in live:
        here, level, inputs = node.feature, node.level, node.parents + node.merged
        levels[here] = level
        coarsest[here] = max(level, min([coarsest[i] for i in inputs]))
        shortest[here] = 1 + min([shortest[i] for i in inputs])
        longest[here] = 1 + max([longest[i] for i in inputs])
        changes[here] = min([changes[i] + abs(levels[i] - level) for i in inputs])
        paths[here] = sum([paths[i] for i in inputs])
        if node.is_output:
            lost = coarsest[here] - level
            lengths = (shortest[here], longest[here], math.log(paths[here]))
            outputs[level] = [lost, *lengths, changes[here], len(inputs)]
    counts = Counter(node.level for node in live)
    cost = backbone_cost(architecture, BackboneScale(), 640, nodes=nodes)
    return np.array(
        [number for level in sorted(outputs) for number in outputs[level]]
        + [counts[level] for level in range(MIN_LEVEL, MAX_LEVEL + 1)]
        + [len(live), sum(node.block_fn != "residual" for node in live)]
        + [math.log(cost.madds), math.log(cost.params)]
        + [sum(output[0] for output in outputs.values())]
    )
