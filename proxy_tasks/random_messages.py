"""A random function of a network: messages that blocks pass on, through random matrices."""

import numpy as np
from numpy.typing import NDArray

from search_space import Architecture
from search_space.block import BLOCK_FNS, MAX_LEVEL
from search_space.graph import resolve

_WIDTH = 8
_LEVELS = MAX_LEVEL + 1
_GAINS = (1.0, 2.0)  # of the matrices: below, the stem is forgotten on the way; above is chaos


class RandomMessages:
    """A network over the network: each live block is a state, its inputs' sum turned and squashed.

    The matrix of an edge depends on the change of level, the block's bias on its level and type;
    a random layer of 32 units reads the states of the outputs, by level.
    """

    def __init__(self, rng: np.random.Generator, sample: list[Architecture]) -> None:
        del sample  # nothing in here needs a scale
        changes = 2 * _LEVELS + 1
        sd = rng.uniform(*_GAINS) / np.sqrt(2 * _WIDTH)
        self._edges = rng.normal(0.0, sd, size=(changes, _WIDTH, _WIDTH))
        self._biases = rng.normal(0.0, 0.5, size=(_LEVELS, len(BLOCK_FNS), _WIDTH))
        self._stem = rng.normal(size=(2, _WIDTH))
        self._hidden = rng.normal(0.0, 0.3, size=(32, _LEVELS * _WIDTH))
        self._readout = rng.normal(size=32)

    def __call__(self, architecture: Architecture) -> float:
        """The value, in a scale of its own."""
        states: dict[int, NDArray[np.float64]] = dict(enumerate(self._stem))
        levels = {feature: architecture.feature_level(feature) for feature in (0, 1)}
        outputs = np.zeros((_LEVELS, _WIDTH))
        for node in resolve(architecture):
            if not node.live:
                continue
            total = self._biases[node.level, BLOCK_FNS.index(node.block_fn)].copy()
            for feature in node.parents + node.merged:
                total += self._edges[_LEVELS + node.level - levels[feature]] @ states[feature]
            states[node.feature], levels[node.feature] = np.tanh(total), node.level
            if node.is_output:
                outputs[node.level] = states[node.feature]
        return float(self._readout @ np.tanh(self._hidden @ outputs.ravel()))
