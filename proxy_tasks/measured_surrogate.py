"""Real trials as a landscape: a regression of their rewards, and what it does not explain."""

import math
import warnings
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.model_selection import KFold

from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.path_features import path_features
from search_space import Architecture

Array = NDArray[np.float64]

FEWEST = 50  # networks; 70 random ones on `quick` give R^2 0.9
FOLDS = 10
REMAINDER_STREAM = 3  # a remainder shares no random number with an evaluation's noise
_TREES = 64


class _Regression:
    """Mean of extremely randomised trees and a Gaussian process on `path_features`."""

    def __init__(self, features: Array, rewards: Array, seed: int) -> None:
        self._mean, self._sd = features.mean(axis=0), features.std(axis=0)
        self._sd[self._sd == 0] = 1.0
        trees = ExtraTreesRegressor(_TREES, min_samples_leaf=2, random_state=seed)
        self._trees = [tree.tree_ for tree in trees.fit(features, rewards).estimators_]
        kernel = ConstantKernel() * RBF(5.0) + WhiteKernel(0.3)
        self._process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
        with warnings.catch_warnings():  # of no noise, or of no signal at all: both may be true
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._process.fit((features - self._mean) / self._sd, rewards)

    def predict(self, features: Array) -> Array:
        """[N, F] to [N]."""
        # the trees one by one: the forest's own predict takes 20 times as long for one candidate
        single = features.astype(np.float32)
        trees = np.mean([tree.predict(single)[:, 0] for tree in self._trees], axis=0)
        process = self._process.predict((features - self._mean) / self._sd)
        return np.asarray((trees + process) / 2)


def _folds(keys: Sequence[str], seed: int) -> Iterator[NDArray[np.bool_]]:
    """What is held out, ten times: [trials]. No network is on both sides.

    The folds of KFold where no key is there twice: GroupKFold shuffles from scikit-learn 1.6 on.
    """
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    network = np.array([numbers[key] for key in keys])
    for _, held_out in KFold(FOLDS, shuffle=True, random_state=seed).split(np.arange(len(numbers))):
        yield np.isin(network, held_out)


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
        predicted = np.empty(len(measured))
        for held_out in _folds([architecture.key for architecture in architectures], seed):
            fold = _Regression(features[~held_out], measured[~held_out], seed)
            predicted[held_out] = fold.predict(features[held_out])
        missed = float(np.mean((measured - predicted) ** 2))
        self.explained = 1.0 - missed / float(measured.var())  # R^2 of held-out trials
        self.rank_correlation = float(
            spearmanr(measured, predicted).statistic
        )  # of held-out trials
        self.remainder_sd = math.sqrt(max(0.0, missed - seed_sd**2))
        self.trials = len(measured)
        self._seed = seed
        self._regression = _Regression(features, measured, seed)

    def __call__(self, architecture: Architecture) -> float:
        """In the unit of the rewards."""
        expected = self._regression.predict(path_features(architecture)[None])
        rng = np.random.default_rng([self._seed, REMAINDER_STREAM, int(architecture.key, 16)])
        return float(expected[0]) + self.remainder_sd * float(rng.standard_normal())
