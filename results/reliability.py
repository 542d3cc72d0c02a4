"""How far repeated measurements of the same things agree: spreads and ICC(1,1), with intervals.

The intervals are a parametric bootstrap (generalised confidence intervals: Weerahandi, JASA 1993):
a mean square is drawn as its estimate times df / chi-squared(df), with the degrees of freedom that
the data suggest (`results/mean_squares.py`), and every figure is computed from the draws.

Simulated coverage of the 95 % intervals, in per cent: worst and best of 12 things x 2 values and
30 x 3, at true ICCs of .3, .6, .85 and .95 (`benchmarks/doctor_coverage.py`; 4,000 samples each for
ours, 400 for the intervals of the ICC that were tried and left).

    distribution                  ICC    SD betw.  SD within | F dist.  percentile  BCa    boot.-t
    normal                        95-96  93-95     96-98     | 93-97    87-92       87-93  91-96
    a third near 0                96-98  95-98     96-98     | 96-100   90-95       89-96  92-95
    a third near 0, quiet there   95-97  95-98     95-97     | 90-96    87-95       88-96  93-97
    normal, errors of two SDs     93-98  93-96     93-98     | 86-93    88-94       88-93  91-95
    normal, errors of many SDs    93-96  92-95     94-96     | 89-92    86-93       84-92  88-95
    skewed (Gumbel's)             92-95  87-94     97-98     | 87-93    84-89       85-92  90-95

The constants were chosen on these distributions, with a look at two more (uniform; a sixth near 0).
On others the ICC had 91 to 98 (half near 0, uniform, beta, Student's t; 2,000 samples), and 87
where a sixth of only 12 things is near 0: too few to show how far these are off.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from results.estimate import Estimate, Measured, Unmeasured
from results.mean_squares import mean_squares

Array = NDArray[np.float64]

FEWEST: Final = 3  # things
ALL_EQUAL: Final = "all values are equal"
OUT_OF_RANGE: Final = "the values are too large or too close for their variance"
DRAWS: Final = 20_000
BOUNDS: Final = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Reliability:
    """Figures of a one-way random-effects model: value = mean + thing + error.

    Args:
        icc: share of a single value's variance that is the thing's, ICC(1,1) of Shrout and Fleiss
            (Psychological Bulletin 1979); from -1 / (repeats - 1), which is chance, to 1.
        sd_between: standard deviation of the things, in units of the values; 0 where their means
            differ no more than errors explain.
        sd_within: standard deviation of the errors, in units of the values.
        things: how many were measured.
    """

    icc: Measured
    sd_between: Measured
    sd_within: Measured
    things: int


def reliability(groups: Sequence[Sequence[float]], draws: int = DRAWS) -> Reliability:
    """Of the values of each thing, `groups[thing][repeat]`; lengths may differ, empty ones drop.

    All figures are Unmeasured with fewer than 3 things, where fewer than 2 were measured twice,
    where all values are equal, and where floating point cannot hold their squares. The same values
    have the same intervals.
    """
    values = [np.asarray(group, dtype=np.float64) for group in groups if len(group)]
    reason = _why_not(values)
    if reason:
        return _unknown(reason, len(values))
    with np.errstate(all="ignore"):
        found = mean_squares(values)
    if not np.isfinite(astuple(found)).all() or found.between + found.within == 0:
        return _unknown(OUT_OF_RANGE, len(values))
    rng = np.random.Generator(np.random.PCG64(0))
    between = found.between * found.between_df / rng.chisquare(found.between_df, draws)
    within = found.within * found.within_df / rng.chisquare(found.within_df, draws)
    # The estimates themselves first, then the draws.
    between, within = np.append(found.between, between), np.append(found.within, within)
    return Reliability(
        icc=_estimate((between - within) / (between + (found.repeats - 1) * within)),
        sd_between=_estimate(np.sqrt(np.maximum(between - within, 0) / found.repeats)),
        sd_within=_estimate(np.sqrt(within)),
        things=len(values),
    )


def _unknown(reason: str, things: int) -> Reliability:
    unknown = Unmeasured(reason)
    return Reliability(unknown, unknown, unknown, things)


def _why_not(values: Sequence[Array]) -> str:
    if len(values) < FEWEST:
        return f"{len(values)} measured: it takes {FEWEST}"
    twice = sum(len(group) > 1 for group in values)
    if twice < 2:
        return f"{twice} of {len(values)} measured more than once: it takes 2"
    everything = np.concatenate(values)
    return ALL_EQUAL if everything.min() == everything.max() else ""


def _estimate(values: Array) -> Estimate:
    """From a statistic, followed by its draws."""
    low, high = np.quantile(values[1:], BOUNDS)
    return Estimate(float(values[0]), float(low), float(high))
