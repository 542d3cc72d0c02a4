"""One-way analysis of variance whose degrees of freedom come from the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PRIOR: Final = 3  # so many normal things are added to those that the kurtosis is taken of
EXCESS: Final = 2.0  # times: so much more unequal than they look are variances of few values
LEAST_SPREAD: Final = 0.2  # of normal theory's variance, what bounded values can do at most


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """Of values measured repeatedly, between and within the things measured.

    Normal theory has n - 1 and N - n degrees of freedom, for n things and N values; these are the
    ones with which a chi-squared distribution has the variance that the data suggest (Box,
    Biometrika 1953). Between, it follows from the kurtosis of the things' means. Within, from how
    unequal the things' variances are, and never more than normal theory's.

    Args:
        between, within: mean squares.
        between_df, within_df: degrees of freedom, above 0, not whole.
        repeats: values a thing; with unequal numbers of them the ANOVA's k0.
    """

    between: float
    within: float
    between_df: float
    within_df: float
    repeats: float


def mean_squares(groups: Sequence[Array]) -> MeanSquares:
    """Of the values of each thing: [repeats] each; at least 2 things, one of them twice."""
    count = np.array([len(group) for group in groups], dtype=np.float64)
    mean = np.array([group.mean() for group in groups])
    squares = np.array([((group - group.mean()) ** 2).sum() for group in groups])
    n, total, freedom = len(groups), count.sum(), (count - 1).sum()
    offsets = np.sqrt(count) * (mean - (count * mean).sum() / total)
    return MeanSquares(
        between=float((offsets**2).sum() / (n - 1)),
        within=float(squares.sum() / freedom),
        between_df=2 / _spread_between(offsets),
        within_df=2 / _spread_within(squares, count - 1),
        repeats=float((total - (count**2).sum() / total) / (n - 1)),
    )


def _spread_between(offsets: Array) -> float:
    """Squared coefficient of variation of the mean square between."""
    n, normal = len(offsets), 2 / (len(offsets) - 1)
    power = (offsets**2).mean()
    if n < 4 or power == 0:  # fewer have no unbiased kurtosis
        return normal
    kurtosis = (offsets**4).mean() / power**2 - 3
    unbiased = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * kurtosis + 6)
    shrunk = unbiased * n / (n + PRIOR)
    return float(max(normal + shrunk / n, LEAST_SPREAD * normal))


def _spread_within(squares: Array, freedom: Array) -> float:
    """Squared coefficient of variation of the mean square within.

    1 + 4 / N takes out what the estimate is too small by for normal errors.
    """
    used = freedom > 0
    squares, freedom = squares[used], freedom[used]
    n, total = len(squares), freedom.sum()
    normal = 2 / total
    if n < 2 or squares.sum() == 0:
        return float(normal)
    unequal = squares / squares.sum() - freedom / total
    seen = (unequal**2).sum() * n / (n - 1) * (1 + 4 / total)
    return float(normal + EXCESS * max(seen - normal, 0.0))
