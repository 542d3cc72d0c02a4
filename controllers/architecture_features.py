"""What a surrogate sees of a network: numbers of its graph, and the patterns in it."""

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from controllers.graph_walk import FN_INDEX, FNS, LEVELS, OUTPUT_SIZE, GraphWalk
from search_space import Architecture, BackboneScale, resolve
from search_space.block_cost import block_costs

DEPTHS = 9  # the last stands for deeper blocks
IMAGE = (640, 640)  # pixels, where multiply-adds are counted
_SCALE = BackboneScale()

# Groups of `ArchitectureFeatures.values` in their order, and how many numbers each has.
GROUPS: Final = MappingProxyType(
    {
        "levels": LEVELS * FNS,
        "order": LEVELS * DEPTHS,
        "edges": LEVELS * LEVELS,
        "paths": LEVELS * OUTPUT_SIZE,
        "cost": 4,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class ArchitectureFeatures:
    """Equal for networks of one key: the graph counts, not how a genotype writes it.

    values: `[sum of GROUPS]`, the groups one after another, of the live blocks:
        levels: blocks by level and type;
        order: blocks by level and depth, which is the longest path from the stem in blocks;
        edges: by the parent's and the child's level, merged inputs too;
        paths: for each output level, of a random walk from the output back to the stem the mean
            number of blocks by level, of octaves up, of octaves down and of all blocks; longest
            and shortest path; coarsest level of the path that stays finest; octaves of the path
            with the fewest; logarithm of the number of paths; merged inputs; type;
        cost: logarithms of the multiply-adds and parameters of blocks and resamples at
            640 x 640 pixels and SpineNet-49's widths; blocks; merged inputs.
    patterns: how often each occurs: edges by levels and types, and blocks with what is 0, 1 and 2
        edges behind them (Weisfeiler-Lehman subtrees: Shervashidze et al., JMLR 12, 2011), as
        hashes.
    identity: hash of the graph. Equal for equal keys, mostly different for different ones.
    """

    values: NDArray[np.float64]
    patterns: dict[int, int]
    identity: int


class _Counts:
    def __init__(self) -> None:
        self.levels, self.order = [0.0] * GROUPS["levels"], [0.0] * GROUPS["order"]
        self.edges, self.paths = [0.0] * GROUPS["edges"], [0.0] * GROUPS["paths"]
        self.patterns: dict[int, int] = {}
        self.whole: list[int] = []
        self.madds = self.params = self.merged = 0


def architecture_features(architecture: Architecture) -> ArchitectureFeatures:
    """Takes a third of a millisecond for 15 blocks."""
    costs, counts, graph = block_costs(_SCALE, IMAGE), _Counts(), GraphWalk(architecture)
    for node in resolve(architecture):
        graph.add(node)
        if not node.live:
            continue
        level, fn = node.level, FN_INDEX[node.block_fn]
        counts.levels[level * FNS + fn] += 1
        counts.order[level * DEPTHS + min(graph.longest[node.feature], DEPTHS - 1)] += 1
        counts.merged += len(node.merged)
        counts.whole.append(graph.whole[node.feature])
        patterns = list(graph.patterns[node.feature])
        for parent in node.parents + node.merged:
            parent_level, parent_fn = graph.shapes[parent]
            counts.edges[parent_level * LEVELS + level] += 1
            patterns.append(hash((parent_level, FN_INDEX[parent_fn], level, fn)))
        for pattern in patterns:
            counts.patterns[pattern] = counts.patterns.get(pattern, 0) + 1
        shape = graph.shapes[node.feature]
        parts = [costs.resample(graph.shapes[parent], shape) for parent in node.parents]
        parts.append(costs.block(shape))
        counts.madds += sum([part.madds for part in parts])
        counts.params += sum([part.params for part in parts])
        if node.is_output:
            counts.paths[level * OUTPUT_SIZE : (level + 1) * OUTPUT_SIZE] = graph.output(node)
    return _together(counts)


def _together(counts: _Counts) -> ArchitectureFeatures:
    logs = [math.log(counts.madds), math.log(counts.params)]
    cost = [*logs, float(len(counts.whole)), float(counts.merged)]
    values = np.array(counts.levels + counts.order + counts.edges + counts.paths + cost)
    return ArchitectureFeatures(values, counts.patterns, hash(tuple(sorted(counts.whole))))
