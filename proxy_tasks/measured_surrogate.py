"""Real trials as a landscape: a regression of their rewards, and what it does not explain."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.held_out import hold_out
from proxy_tasks.path_features import path_features
from proxy_tasks.reward_regression import RewardRegression
from search_space import Architecture

Array = NDArray[np.float64]

FEWEST = 50  # networks; 70 random ones on `quick` give R^2 0.9
REMAINDER_STREAM = 3  # a remainder shares no random number with an evaluation's noise


class MeasuredSurrogate:
    """The expected reward of a network, learnt from trials, plus a made-up remainder.

    A regression is smoother than the truth. What it misses of held-out trials, beyond the noise of
    a training, is put back as a random number for each network, which nothing can learn.

    Args:
        architectures, rewards: of completed trials of one fidelity and space, of at least 50
            networks. All trials of a network are held out together.
        seed: of the regression and of the remainders.
        seed_sd: standard deviation of a reward over training seeds, in the rewards' unit.

    Raises:
        InvalidRecipe: too few networks, or rewards that are all the same.
    """

    def __init__(
        self,
        architectures: Sequence[Architecture],
        rewards: Sequence[float],
        seed: int = 0,
        seed_sd: float = 0.02,
    ) -> None:
        networks = {architecture.key for architecture in architectures}
        if len(networks) < FEWEST:
            raise InvalidRecipe(
                f"{len(networks)} networks with a reward: give trials of at least {FEWEST}"
            )
        features = np.array([path_features(architecture) for architecture in architectures])
        measured = np.asarray(rewards, dtype=np.float64)
        if np.ptp(measured) == 0:
            raise InvalidRecipe(f"all rewards are {measured[0]:g}: there is nothing to learn")
        keys = [architecture.key for architecture in architectures]
        predicted = hold_out(features, measured, keys, seed).predicted[0]
        missed = float(np.mean((measured - predicted) ** 2))
        self.explained = 1.0 - missed / float(measured.var())  # R^2 of held-out trials
        self.rank_correlation = float(
            spearmanr(measured, predicted).statistic
        )  # of held-out trials
        self.remainder_sd = math.sqrt(max(0.0, missed - seed_sd**2))
        self.trials = len(measured)
        self._seed = seed
        self._regression = RewardRegression(features, measured, seed)

    def __call__(self, architecture: Architecture) -> float:
        """In the unit of the rewards."""
        expected = self._regression.predict(path_features(architecture)[None])
        return float(expected[0]) + self.remainder_sd * remainder(architecture.key, self._seed)


def remainder(key: str, seed: int) -> float:
    """Of a standard normal distribution: what is left of a network, which nothing can learn."""
    rng = np.random.default_rng([seed, REMAINDER_STREAM, int(key, 16)])
    return float(rng.standard_normal())
