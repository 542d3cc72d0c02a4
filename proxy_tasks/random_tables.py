"""A random function of a network: levels by depth, signal along paths, counts, neighbourhoods."""

import numpy as np
from numpy.typing import NDArray

from search_space import Architecture
from search_space.block import BLOCK_FNS, MAX_LEVEL
from search_space.graph import Node, resolve

Array = NDArray[np.float64]

_LEVELS = MAX_LEVEL + 1
_FNS = len(BLOCK_FNS)
_DEEPEST = 8  # deeper blocks count as this deep
_MOST_BLOCKS = 12  # of one level; more count as so many
_DRAWS = 4096  # of a neighbourhood's weight
_PARTS = 4


class RandomTables:
    """Order, paths, levels and neighbourhoods of the live blocks, and the products of those.

    - order: a weight for each level and type at each depth below the stem;
    - paths: a signal is lost by a factor at each change of level and gained by one at each block;
      all paths to an output add up, and the outputs' logarithms are averaged;
    - levels: a curve of the number of blocks, another for each level;
    - neighbourhoods: a weight, like no other, for each block with its inputs and their levels'
      own inputs: nothing can be learnt of it from a neighbourhood that differs anywhere.

    Each part is weighed at random and standardised on `sample`. About a third of the variance is of
    products of two parts.
    """

    def __init__(self, rng: np.random.Generator, sample: list[Architecture]) -> None:
        self._order = rng.normal(size=(_DEEPEST + 1, _LEVELS, _FNS))
        self._gain = np.exp(rng.normal(0.0, 0.4, size=(_LEVELS, _FNS)))
        self._loss = np.exp(rng.normal(0.0, 0.6, size=(_LEVELS, _LEVELS)))
        self._outputs = rng.dirichlet(np.ones(_LEVELS))
        self._counts = np.cumsum(rng.normal(size=(_LEVELS, _MOST_BLOCKS + 1)), axis=1)
        self._neighbourhoods = rng.normal(size=_DRAWS).tolist()
        self._salt = int(rng.integers(2**31))
        self._weights = np.sqrt(rng.dirichlet(np.full(_PARTS, 2.0)))
        products = np.triu(rng.normal(size=(_PARTS, _PARTS)), 1)
        self._products = 0.7 * products / np.linalg.norm(products)
        parts = np.array([self._parts(architecture) for architecture in sample])
        self._mean, self._sd = parts.mean(axis=0), parts.std(axis=0)

    def __call__(self, architecture: Architecture) -> float:
        """The value, in a scale of its own."""
        parts = (self._parts(architecture) - self._mean) / self._sd
        return float(self._weights @ parts + parts @ self._products @ parts)

    def _parts(self, architecture: Architecture) -> Array:
        order, paths, neighbourhoods = 0.0, 0.0, 0.0
        counts = [0] * _LEVELS
        depths, signals = {0: 0, 1: 0}, {0: 1.0, 1: 1.0}
        levels = {feature: architecture.feature_level(feature) for feature in (0, 1)}
        seen = {feature: (levels[feature], -1) for feature in (0, 1)}
        around: dict[int, tuple[int, ...]] = {0: (), 1: ()}
        for node in resolve(architecture):
            if not node.live:
                continue
            fn, level, inputs = BLOCK_FNS.index(node.block_fn), node.level, _inputs(node)
            depth = min(1 + max([depths[i] for i in inputs]), _DEEPEST)
            signal = sum([signals[i] * self._loss[levels[i], level] for i in inputs])
            order += self._order[depth, level, fn]
            counts[level] += 1
            above = tuple(sorted([(seen[i], around[i]) for i in inputs]))
            # Python salts no hash of integers: the same one in every process
            chosen = hash((self._salt, level, fn, above)) % _DRAWS
            neighbourhoods += self._neighbourhoods[chosen]
            seen[node.feature] = (level, fn)
            depths[node.feature], levels[node.feature] = depth, level
            around[node.feature] = tuple(sorted([levels[i] for i in inputs]))
            signals[node.feature] = signal * self._gain[level, fn]
            if node.is_output:
                paths += self._outputs[level] * np.log(signals[node.feature])
        placed = sum([self._counts[lv, min(n, _MOST_BLOCKS)] for lv, n in enumerate(counts)])
        return np.array([order, paths, placed, neighbourhoods])


def _inputs(node: Node) -> tuple[int, ...]:
    return node.parents + node.merged
