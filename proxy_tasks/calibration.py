"""Whether predictions order networks rightly, and whether they know how far off they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.held_out import HeldOut
from proxy_tasks.spread import Spread

Array = NDArray[np.float64]

LEVELS = (0.5, 0.8, 0.9, 0.95)  # of predictive intervals
PIT_BINS = 10
NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class RankAgreement:
    """Kendall's tau (without correction for ties) with its 95 % interval over networks."""

    tau: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of predictive distributions of a training's reward.

    Args:
        coverage: by level, how many rewards lie in the central interval of that probability.
        pit: histogram of the probability integral transform, ten bins that add up to 1; a tenth
            each where the distributions are right.
    """

    coverage: Mapping[float, float]
    pit: tuple[float, ...]


def rank_agreement(measured: Array, predicted: Array) -> RankAgreement:
    """Of the mean over repeats. measured: [networks], two or more; predicted: [repeats, networks].

    The interval is that of a U-statistic (Hoeffding 1948): its variance is that of each network's
    own agreement with all others, times 4 / n.
    """
    own = np.mean([_concordance(measured, row) for row in predicted], axis=0)
    tau = float(own.mean())
    half = NORMAL.inv_cdf(0.975) * 2 * float(own.std(ddof=1)) / len(own) ** 0.5
    return RankAgreement(tau, max(tau - half, -1.0), min(tau + half, 1.0))


def _concordance(first: Array, second: Array) -> Array:
    """Of each, the concordant pairs less the discordant ones, as a share of its pairs: [n]."""
    signs = np.sign(first[:, None] - first) * np.sign(second[:, None] - second)
    return np.asarray(signs.sum(axis=1) / (len(first) - 1))


def network_means(values: Array, network: NDArray[np.int64]) -> Array:
    """[..., trainings] to [..., networks]."""
    rows = values.reshape(-1, values.shape[-1])
    means = [np.bincount(network, row) / np.bincount(network) for row in rows]
    return np.array(means).reshape(*values.shape[:-1], -1)


def calibration(found: HeldOut) -> Calibration:
    """Of normal distributions whose spread was learnt from the other folds of a repeat."""
    transformed = np.empty_like(found.predicted)
    squares = (found.measured - found.predicted) ** 2
    for repeat, expected in enumerate(found.predicted):
        for fold in np.unique(found.fold[repeat]):
            out = found.fold[repeat] == fold
            spread = Spread.fit(expected[~out], squares[repeat, ~out])(expected[out])
            standard = (found.measured[out] - expected[out]) / np.maximum(spread, 1e-12)
            transformed[repeat, out] = [NORMAL.cdf(value) for value in standard]
    covered = {level: float(np.mean(np.abs(2 * transformed - 1) <= level)) for level in LEVELS}
    counts, _ = np.histogram(transformed, PIT_BINS, (0, 1))
    return Calibration(covered, tuple(float(count) for count in counts / counts.sum()))
