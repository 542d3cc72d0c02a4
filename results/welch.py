"""The difference of two means whose variances differ, with Welch's interval."""

import math
from collections.abc import Sequence

import numpy as np

from results.estimate import Estimate
from results.student import student_975


def welch(first: Sequence[float], second: Sequence[float]) -> Estimate | None:
    """Mean of the first less that of the second, 95 %; None with fewer than two of either."""
    if min(len(first), len(second)) < 2:
        return None
    shares = [float(np.var(values, ddof=1)) / len(values) for values in (first, second)]
    value, variance = float(np.mean(first) - np.mean(second)), sum(shares)
    if variance == 0:
        return Estimate(value, value, value)
    parts = zip(shares, (len(first), len(second)), strict=True)
    freedom = variance**2 / sum(share**2 / (count - 1) for share, count in parts)
    reach = student_975(freedom) * math.sqrt(variance)
    return Estimate(value, value - reach, value + reach)
