"""How far rewards lie from what was expected, where that depends on what was expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.errors import InvalidRecipe

Array = NDArray[np.float64]

MOST_POINTS = 8
LEAST_WEIGHT = 30.0  # of a point: its standard deviation is known to 13 %


@dataclass(frozen=True, slots=True)
class Spread:
    """A standard deviation at rising expectations: linear between them, constant beyond.

    Raises InvalidRecipe.
    """

    at: tuple[float, ...]
    sd: tuple[float, ...]

    def __post_init__(self) -> None:
        rising = all(low < high for low, high in zip(self.at, self.at[1:], strict=False))
        finite = np.isfinite([*self.at, *self.sd]).all()
        if not (self.at and len(self.at) == len(self.sd) and rising and finite):
            raise InvalidRecipe(f"Spread: {self.at} and {self.sd} are no points of a function")
        if min(self.sd) < 0:
            raise InvalidRecipe(f"Spread: {min(self.sd)} is no standard deviation")

    def __call__(self, expected: Array) -> Array:
        """The standard deviation at each expectation."""
        return np.interp(expected, self.at, self.sd)

    @classmethod
    def fit(cls, expected: Array, squares: Array, weights: Array | None = None) -> Self:
        """From squared distances, each with its degrees of freedom: [n] each, n >= 1.

        A point is the root of the mean square of those near it; each has as many, and at least 30
        where there are 30.
        """
        weights = np.ones(len(squares)) if weights is None else weights
        order = np.argsort(expected, kind="stable")
        total = float(weights.sum())
        points = int(np.clip(total // LEAST_WEIGHT, 1, MOST_POINTS))
        before = np.cumsum(weights[order]) - weights[order]
        bins = np.minimum((before * points / total).astype(np.int64), points - 1)
        found: dict[float, float] = {}
        for number in np.unique(bins):
            here = order[bins == number]
            mean = float(np.average(expected[here], weights=weights[here]))
            found[mean] = float(np.sqrt(np.average(squares[here], weights=weights[here])))
        return cls(tuple(sorted(found)), tuple(found[mean] for mean in sorted(found)))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"at": list(self.at), "sd": list(self.sd)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Sequence[float]]) -> Self:
        """Inverse of `as_dict`. Raises InvalidRecipe, KeyError."""
        return cls(tuple(document["at"]), tuple(document["sd"]))


def seed_spread(rewards: Array, network: NDArray[np.int64]) -> Spread | None:
    """Of one training, over the seeds of a network; None where no network has two.

    rewards: [trainings]. network: [trainings], a number from 0 on for each.
    """
    count = np.bincount(network)
    several = count > 1
    if not several.any():
        return None
    mean = np.bincount(network, rewards) / np.maximum(count, 1)
    squares = np.bincount(network, (rewards - mean[network]) ** 2)
    freedom = (count[several] - 1).astype(np.float64)
    return Spread.fit(mean[several], squares[several] / freedom, freedom)
