"""Real trials as a landscape: a regression of their rewards, and what it does not explain."""

import math
import warnings
from collections.abc import Sequence

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

FEWEST = 50  # trials; 70 random ones on `quick` give R^2 0.9
FOLDS = 10
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


class MeasuredSurrogate:
    """The expected reward of a network, learnt from trials, plus a made-up remainder.

    A regression is smoother than the truth. What it misses of held-out trials, beyond the noise of
    a training, is put back as a random number for each network, which nothing can learn.

    Args:
        architectures, rewards: of completed trials of one fidelity, at least 50.
        seed: of the regression and of the remainders.
        seed_sd: standard deviation of a reward over training seeds, in the rewards' unit.

    Raises:
        InvalidRecipe: too few trials.
    """

    def __init__(
        self,
        architectures: Sequence[Architecture],
        rewards: Sequence[float],
        seed: int = 0,
        seed_sd: float = 0.02,
    ) -> None:
        if len(rewards) < FEWEST:
            raise InvalidRecipe(f"{len(rewards)} trials with a reward: give at least {FEWEST}")
        features = np.array([path_features(architecture) for architecture in architectures])
        measured = np.asarray(rewards, dtype=np.float64)
        predicted = np.empty(len(measured))
        for train, held_out in KFold(FOLDS, shuffle=True, random_state=seed).split(features):
            fold = _Regression(features[train], measured[train], seed)
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
        rng = np.random.default_rng([self._seed, int(architecture.key, 16)])
        return float(expected[0]) + self.remainder_sd * float(rng.standard_normal())
