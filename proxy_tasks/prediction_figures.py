"""What predictions of trainings are worth: their order, what they explain, how far they are off."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.calibration import RankAgreement, network_means, rank_agreement

Array = NDArray[np.float64]

RESAMPLES = 2000
LEAST_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval over networks."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PredictionFigures:
    """Of networks that a regression did not know.

    Args:
        networks, trainings: how many.
        kendall: of the networks' mean rewards with the predictions.
        explained: R^2 of the trainings, of these alone; below 0 where their mean does better.
        rmse: of the trainings, in the unit of rewards.
    """

    networks: int
    trainings: int
    kendall: RankAgreement
    explained: Estimate
    rmse: Estimate

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Inverse of `as_dict`; what else is there is ignored. Raises KeyError, TypeError."""
        return cls(
            document["networks"],
            document["trainings"],
            RankAgreement(**document["kendall"]),
            Estimate(**document["explained"]),
            Estimate(**document["rmse"]),
        )


def prediction_figures(
    measured: Array, predicted: Array, network: NDArray[np.int64], seed: int = 0
) -> PredictionFigures:
    """measured: [trainings]; predicted: [repeats, trainings]; network: [trainings], any numbers.

    Of two networks or more. tau has the interval of a U-statistic, the others that of a percentile
    bootstrap of networks, with all their trainings.
    """
    _, network = np.unique(network, return_inverse=True)
    networks = int(network.max()) + 1
    squares = ((measured - predicted) ** 2).mean(axis=0)
    centred = measured - measured.mean()
    sums = np.stack(
        [np.bincount(network, of) for of in (np.ones_like(centred), centred, centred**2, squares)]
    )
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(networks, np.full(networks, 1 / networks), RESAMPLES).astype(float)
    explained, rmse = _of_sums(sums.sum(axis=1))
    each_explained, each_rmse = _of_sums(sums @ drawn.T)
    return PredictionFigures(
        networks,
        len(measured),
        rank_agreement(network_means(measured, network), network_means(predicted, network)),
        _estimate(explained, each_explained),
        _estimate(rmse, each_rmse),
    )


def _of_sums(sums: Array) -> tuple[Array, Array]:
    """R^2 and RMSE of the number of trainings, their sum, their squares' and the errors'."""
    count, total, squares, missed = sums
    variance = np.maximum(squares / count - (total / count) ** 2, LEAST_VARIANCE)
    return 1 - missed / count / variance, np.sqrt(missed / count)


def _estimate(value: Array, resampled: Array) -> Estimate:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Estimate(float(value), float(low), float(high))
