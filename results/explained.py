"""How much of the differences of a measurement numbers explain beyond a baseline.

The share is the squared semi-partial correlation of least squares, in the population that the
things were drawn from: what the best linear rule in baseline and numbers explains of the variance
that the best in the baseline leaves. What chance explains is taken off, by the sandwich of White
(Econometrica 1980) summed over clusters; no number is selected and none is shrunk.

Its interval holds every share that does not make what was found a surprise. What was found is then
a quadratic form in nearly normal coefficients: with the variance of its influence function (the
numbers are a sample, too), and of chance alone, both as large as that share makes them; and its
cube root is normal (Wilson and Hilferty, PNAS 1931).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from results.estimate import Estimate, Unmeasured
from results.rank_agreement import NORMAL_975

Array = NDArray[np.float64]
Clusters = NDArray[np.int64]

FEWEST: Final = 20  # things more than coefficients
FEW: Final = 3.0  # things that decide: with so many the variance is doubled
ALL_EQUAL: Final = "all values are equal"
TINY: Final = 1e-9
HALVINGS: Final = 40


@dataclass(frozen=True, slots=True)
class Explained:
    """A share of the variance, as it was found.

    Args:
        found: what the numbers explain of these things, chance included.
        chance: what they would explain of them by chance.
        chance_squares: half the variance of that.
        variance: of `found` to first order, where the numbers explain something.
        left: share that baseline and numbers leave.
    """

    found: float
    chance: float
    chance_squares: float
    variance: float
    left: float

    @property
    def share(self) -> float:
        """Without chance; 0 where less was found than chance explains."""
        return min(1.0, max(0.0, self.found - self.chance))

    def bound(self, deviate: float) -> float:
        """The share that is exceeded with so many standard normal deviates; 0 to 1."""
        if self.found <= TINY or self._surprise(0.0) <= deviate:
            return 0.0
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self._surprise(middle) > deviate else (low, middle)
        return low

    @property
    def estimate(self) -> Estimate:
        """With its 95 % interval."""
        low, high = self.bound(NORMAL_975), self.bound(-NORMAL_975)
        return Estimate(min(max(self.share, low), high), low, high)

    def _surprise(self, share: float) -> float:
        """By how many deviates `found` is above what the share would let expect."""
        left = max(self.left, TINY)
        noise = max(left + self.share - share, TINY) / left  # times: a larger share leaves less
        rest = max(1 - share, TINY) / max(1 - self.share, TINY)
        mean = share + self.chance * noise
        variance = self.variance * share / self.found * noise * rest
        variance += 2 * self.chance_squares * noise**2
        if mean <= TINY:
            return math.inf
        spread = variance / (9 * mean**2)
        root = math.cbrt(self.found / mean)
        return (root - 1 + spread) / max(math.sqrt(spread), TINY)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What a baseline, [n, b], leaves of values, [n]: `left`, and of what it is made, [n, rank]."""

    axes: Array
    left: Array

    @property
    def freedom(self) -> int:
        """Things less coefficients."""
        return len(self.left) - int(self.axes.shape[1])


def fit(baseline: Array, values: Array) -> Fit:
    """By least squares, with a constant."""
    ones = np.ones((len(values), 1))
    axes = _axes(np.hstack([ones, _standard(baseline)]))
    left = values - axes @ (axes.T @ values)
    if np.abs(left).max() <= TINY * np.abs(values).max():
        left = np.zeros(len(values))  # what is left of nothing by rounding
    return Fit(axes, left)


def explained(
    whole: Fit, priced: Fit, numbers: Array, clusters: Clusters
) -> Explained | Unmeasured:
    """What `numbers`, [n, p], explain beyond `priced`, of the variance that `whole` leaves.

    Things of one cluster, [n], are not independent. Unmeasured with less than 20 things more than
    coefficients, and where all values are equal.
    """
    left = _standard(numbers)
    left = left - priced.axes @ (priced.axes.T @ left)
    axes = _axes(left[:, left.std(0) > 1e-6])
    freedom = priced.freedom - axes.shape[1]
    if freedom < FEWEST:
        coefficients = len(priced.left) - freedom
        return Unmeasured(f"{len(priced.left)} measured: it takes {coefficients + FEWEST}")
    total = whole.left @ whole.left / whole.freedom
    if not (np.isfinite(total) and total > 0):
        return Unmeasured(ALL_EQUAL)
    weights = axes.T @ priced.left
    error = priced.left - axes @ weights
    scale = priced.freedom * total
    found = float(weights @ weights / scale)
    leverage = (priced.axes**2).sum(1) + (axes**2).sum(1)
    wide = error / np.sqrt(np.maximum(1 - leverage, TINY))  # HC2, MacKinnon and White 1985
    scores = _summed(axes * wide[:, None], clusters)
    sandwich = scores.T @ scores / scale
    gained = axes @ weights
    influence = gained * (2 * wide + gained) - found * _studentized(whole) ** 2
    # The fourth power of a normal error is three times what its variance's square is.
    excess = 2 / 3 * ((scores**2).sum(1) ** 2).sum() / scale**2
    squares = float((sandwich**2).sum() - excess)
    # Errors that are alike: where few things have a number, theirs tell too little of themselves.
    plain, rank = float(error @ error / freedom / scale), axes.shape[1]
    return Explained(
        found=found,
        chance=max(float(np.trace(sandwich)), plain * rank),
        chance_squares=max(squares, plain**2 * rank) * freedom / priced.freedom,
        variance=_variance(_summed(influence, clusters)) / float(scale) ** 2,
        left=float(error @ error / freedom / total),
    )


def _variance(influences: Array) -> float:
    """Of their sum; larger where few of them decide, as those that are few look too equal."""
    squares = influences**2
    total = float(squares.sum())
    if total == 0:
        return 0.0
    few = FEW * float((squares**2).sum()) / total**2  # one over how many decide
    return total * (1 + few**2)


def _studentized(whole: Fit) -> Array:
    found: Array = whole.left / np.sqrt(np.maximum(1 - (whole.axes**2).sum(1), TINY))
    return found


def _summed(rows: Array, clusters: Clusters) -> Array:
    names, place = np.unique(clusters, return_inverse=True)
    found = np.zeros((len(names), *rows.shape[1:]))
    np.add.at(found, place, rows)
    return found


def _axes(columns: Array) -> Array:
    """An orthonormal basis of what the columns span: [n, rank]."""
    if not columns.size:
        return np.zeros((len(columns), 0))
    axes, lengths, _ = np.linalg.svd(columns, full_matrices=False)
    found: Array = axes[:, lengths > 1e-6 * lengths[0]]
    return found


def _standard(columns: Array) -> Array:
    """Without those that are constant."""
    spread = columns.std(0)
    # What is left of a constant by rounding is none.
    kept = spread > TINY * np.abs(columns).max(0, initial=0.0)
    found: Array = (columns[:, kept] - columns[:, kept].mean(0)) / spread[kept]
    return found
