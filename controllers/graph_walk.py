"""What is behind each feature of a network: depths, paths to the stem, and patterns of blocks."""

import math

from search_space import BLOCK_FNS, Architecture, Node
from search_space.block import MAX_LEVEL
from search_space.block_cost import Shape

LEVELS, FNS = MAX_LEVEL + 1, len(BLOCK_FNS)
FN_INDEX = {name: index for index, name in enumerate(BLOCK_FNS)}
RADII = 3  # patterns hold what is 0, 1 and 2 edges behind a block
# A random walk's visits by level, octaves up, octaves down and blocks; then six numbers and a type.
_UP, _DOWN, _BLOCKS = LEVELS, LEVELS + 1, LEVELS + 2
_WALK = LEVELS + 3
OUTPUT_SIZE = _WALK + 6 + FNS


class GraphWalk:
    """Grows by a block at a time; every list is indexed by the feature.

    `patterns` are hashes of integers, which are the same in every process.
    """

    def __init__(self, architecture: Architecture) -> None:
        stem = architecture.stem_block_fn
        self.shapes: list[Shape] = [(architecture.feature_level(i), stem) for i in (0, 1)]
        self.longest, self.shortest = [0, 0], [0, 0]  # paths from the stem, in blocks
        self.patterns: list[tuple[int, ...]] = [(feature,) * RADII for feature in (1, 2)]
        self.whole = [1, 2]  # hash of the graph of all ancestors
        self._coarsest = [level for level, _ in self.shapes]  # of the path of the finest levels
        self._octaves, self._paths = [0, 0], [1, 1]
        self._walks = [[0.0] * _WALK, [0.0] * _WALK]

    def add(self, node: Node) -> None:
        """The next block in building order."""
        inputs, level = node.parents + node.merged, node.level
        changes = [level - self.shapes[i][0] for i in inputs]
        steps = zip(inputs, changes, strict=True)
        self._octaves.append(min([self._octaves[i] + abs(change) for i, change in steps]))
        self._coarsest.append(min([max(self._coarsest[i], level) for i in inputs]))
        self._paths.append(sum([self._paths[i] for i in inputs]))
        self.longest.append(1 + max([self.longest[i] for i in inputs]))
        self.shortest.append(1 + min([self.shortest[i] for i in inputs]))
        self._walks.append(self._walk(level, inputs, changes))
        self._add_patterns(node)
        self.shapes.append((level, node.block_fn))

    def output(self, node: Node) -> list[float]:
        """What `paths` of ArchitectureFeatures says of an output that was added."""
        feature = node.feature
        row = [
            *self._walks[feature],
            self.longest[feature],
            self.shortest[feature],
            self._coarsest[feature],
            self._octaves[feature],
            math.log(self._paths[feature]),
            len(node.merged),
        ]
        return row + [float(node.block_fn == name) for name in BLOCK_FNS]

    def _walk(self, level: int, inputs: tuple[int, ...], changes: list[int]) -> list[float]:
        share = 1.0 / len(inputs)
        columns = zip(*[self._walks[i] for i in inputs], strict=True)
        walk = [share * sum(column) for column in columns]
        for change in changes:
            walk[_UP if change > 0 else _DOWN] += share * abs(change)
        walk[level] += 1.0
        walk[_BLOCKS] += 1.0
        return walk

    def _add_patterns(self, node: Node) -> None:
        alone = hash((node.level, FN_INDEX[node.block_fn], node.is_output))
        near = [self.patterns[i] for i in node.parents + node.merged]
        found = [alone]
        for radius in range(1, RADII):
            found.append(hash((alone, radius, *sorted([p[radius - 1] for p in near]))))
        self.patterns.append(tuple(found))
        parents = tuple(sorted([self.whole[i] for i in node.parents]))
        merged = tuple(sorted([self.whole[i] for i in node.merged]))
        self.whole.append(hash((alone, parents, merged)))
