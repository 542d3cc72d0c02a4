"""How alike two networks are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from controllers.architecture_features import GROUPS, ArchitectureFeatures

Array = NDArray[np.float64]
Vocabulary = Mapping[int, int]  # column of each pattern


@dataclass(frozen=True)
class Encoded:
    """Networks as rows, for one vocabulary."""

    values: Array  # [n, d], standardised
    patterns: list[tuple[list[int], Array]]  # of each row the columns and their shares
    vocabulary_size: int

    @cached_property
    def table(self) -> Array:
        """The patterns' shares, `[vocabulary, n]`."""
        table = np.zeros((self.vocabulary_size, len(self.patterns)))
        for row, (columns, shares) in enumerate(self.patterns):
            table[columns, row] = shares
        return table


class NetworkKernel:
    """1 for a network and itself, near 0 for two that have nothing in common.

    The weighed mean of a squared exponential on the features' values, standardised on a
    reference sample, and of the cosine of the counts of patterns. Values that are one for the
    whole reference are left out.

    Args:
        reference: features of uniform members of the space.
        groups: which of GROUPS count.
        pattern_share: weight of the patterns, 0 to 1.
    """

    def __init__(
        self,
        reference: Sequence[ArchitectureFeatures],
        groups: Sequence[str] = tuple(GROUPS),
        pattern_share: float = 0.5,
    ) -> None:
        values = np.array([features.values for features in reference])
        spread = values.std(axis=0)
        used = np.concatenate([np.full(size, name in groups) for name, size in GROUPS.items()])
        self._columns = np.flatnonzero(used & (spread > 1e-6))
        self._mean, self._sd = values.mean(axis=0)[self._columns], spread[self._columns]
        self._pattern_share = pattern_share

    def encode(self, rows: Sequence[ArchitectureFeatures], vocabulary: Vocabulary) -> Encoded:
        """A pattern outside the vocabulary counts in the length of a row's vector only."""
        values = np.array([features.values for features in rows])[:, self._columns]
        patterns = []
        for features in rows:
            counts = features.patterns
            length = sum([count * count for count in counts.values()]) ** 0.5
            known = [pattern for pattern in counts if pattern in vocabulary]
            shares = np.array([counts[pattern] / length for pattern in known])
            patterns.append(([vocabulary[pattern] for pattern in known], shares))
        return Encoded((values - self._mean) / self._sd, patterns, len(vocabulary))

    def __call__(self, first: Encoded, second: Encoded, length: float) -> Array:
        """`[n, m]`. length: of the squared exponential, in root mean squares of a value's SD."""
        x, y = first.values, second.values
        squares = (x * x).sum(axis=1)[:, None] + (y * y).sum(axis=1) - 2 * x @ y.T
        near = np.exp(-np.maximum(squares, 0.0) / (2 * length**2 * max(1, x.shape[1])))
        table = second.table
        alike = np.array([shares @ table[columns] for columns, shares in first.patterns])
        return np.asarray(near + self._pattern_share * (alike - near))
