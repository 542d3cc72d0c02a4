"""The figures of a scorecard: what random search reaches, and intervals over seeds."""

import math
from collections.abc import Sequence
from typing import Final

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


def mean_interval(values: Array) -> tuple[Array, Array]:
    """Bounds of the mean by the 95 % percentile bootstrap over the first axis, seeded.

    values: [seeds, ...]. Returns two arrays of shape [...].
    """
    rng = np.random.default_rng(0)
    drawn = values[rng.integers(len(values), size=(RESAMPLES, len(values)))]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(np.mean(drawn, axis=1), [tail, 1 - tail], axis=0)
    return low, high


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """Bounds of the median that hold in at least 95 % of samples, whatever the distribution.

    Those of the sign test: the k-th smallest and largest value, k as large as the chance that
    fewer than k of n fall on one side of the median, at most 2.5 %, allows. Fewer than 6 values
    have their whole range, which holds less often.
    """
    ordered, tail = sorted(values), (1 - CONFIDENCE) / 2
    k = 1
    while at_least(len(ordered) - k, len(ordered)) <= tail:
        k += 1
    return ordered[k - 1], ordered[-k]


def at_least(successes: int, trials: int) -> float:
    """The chance of so many heads or more in `trials` tosses of a fair coin."""
    ways = sum(math.comb(trials, heads) for heads in range(successes, trials + 1))
    return ways / 2.0**trials


def ratio(budget: int, evaluations: int | None) -> float:
    """Budget by the evaluations until the goal; UNREACHED where it was not reached (None)."""
    return UNREACHED if evaluations is None else budget / evaluations


def thinned(budget: int) -> NDArray[np.int64]:
    """At most 60 numbers of evaluations, 1 to the budget, evenly spaced in their logarithm."""
    return np.unique(np.geomspace(1, budget, 60).round().astype(np.int64))
