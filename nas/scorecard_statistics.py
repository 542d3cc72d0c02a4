"""The figures of a scorecard: what random search reaches, and intervals over seeds."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RESAMPLES: Final = 4000
CONFIDENCE: Final = 0.95
OVERTIME: Final = 1.25  # runs that have not reached the goal go on to so many budgets
UNREACHED: Final = 1 / OVERTIME  # the ratio of those that do not reach it then: an upper bound


def median_best(rewards: Array, budget: int) -> float:
    """The median of the largest of `budget` values, drawn from `rewards` without replacement.

    Exact: the j largest are all missed with probability C(n - j, budget) / C(n, budget), which is
    the chance that the largest drawn is at most the one after them. The lower median: the first
    value that the largest drawn is at most with a chance of one half or more.

    rewards: [n], n >= budget >= 1, in any order.
    """
    ordered = np.sort(rewards)[::-1]
    missed, largest = 1.0, 0
    for j in range(len(ordered) - budget):
        missed *= 1 - budget / (len(ordered) - j)
        if missed < 0.5:
            break
        largest = j + 1
    return float(ordered[largest])


def interval(values: Array, statistic: Literal["mean", "median"]) -> tuple[Array, Array]:
    """Bounds of the 95 % percentile bootstrap over the first axis, from a fixed generator.

    values: [seeds, ...]. Returns two arrays of shape [...].
    """
    rng = np.random.default_rng(0)
    drawn = values[rng.integers(len(values), size=(RESAMPLES, len(values)))]
    found = np.median(drawn, axis=1) if statistic == "median" else np.mean(drawn, axis=1)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(found, [tail, 1 - tail], axis=0)
    return low, high


def ratio(budget: int, evaluations: int | None) -> float:
    """Budget by the evaluations until the goal; UNREACHED where it was not reached (None)."""
    return UNREACHED if evaluations is None else budget / evaluations


def thinned(budget: int) -> NDArray[np.int64]:
    """At most 60 numbers of evaluations, 1 to the budget, evenly spaced in their logarithm."""
    return np.unique(np.geomspace(1, budget, 60).round().astype(np.int64))
