"""What a regression of rewards is worth on networks that it has not seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold

from proxy_tasks.reward_regression import KernelScale, RewardRegression

Array = NDArray[np.float64]
Places = NDArray[np.int64]

FOLDS = 10


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Predictions of trainings by regressions that knew none of the same network.

    Args:
        measured: [trainings].
        network: [trainings], a number for each.
        predicted: [repeats, trainings].
        fold: [repeats, trainings], what was held out together.
    """

    measured: Array
    network: Places
    predicted: Array
    fold: Places


def hold_out(
    features: Array,
    rewards: Array,
    keys: Sequence[str],
    seed: int = 0,
    repeats: int = 1,
    scale: KernelScale | None = None,
) -> HeldOut:
    """Ten folds of networks, drawn anew each repeat.

    features: [N, F]. rewards: [N]. scale: of the Gaussian process; None: found in each fold.
    """
    network = numbered(keys)
    predicted = np.empty((repeats, len(rewards)))
    fold = np.empty((repeats, len(rewards)), np.int64)
    for repeat in range(repeats):
        for place, held_out in enumerate(_folds(network, seed + repeat)):
            known = RewardRegression(features[~held_out], rewards[~held_out], seed, scale)
            predicted[repeat, held_out] = known.predict(features[held_out])
            fold[repeat, held_out] = place
    return HeldOut(rewards, network, predicted, fold)


def numbered(keys: Sequence[str]) -> Places:
    """A number for each network, in the order in which they first appear: [trainings]."""
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys])


def _folds(network: Places, seed: int) -> Iterator[NDArray[np.bool_]]:
    """What is held out, ten times: [trainings]. No network is on both sides.

    The folds of KFold where no network is there twice: GroupKFold shuffles from scikit-learn 1.6
    on.
    """
    networks = np.arange(network.max() + 1)
    for _, held_out in KFold(FOLDS, shuffle=True, random_state=seed).split(networks):
        yield np.isin(network, held_out)
