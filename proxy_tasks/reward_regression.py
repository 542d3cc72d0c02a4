"""Rewards learnt from `path_features`, by extremely randomised trees and a Gaussian process.

scikit-learn fits; what it fitted is evaluated here, as its own `predict` takes 20 times as long for
one candidate.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

Array = NDArray[np.float64]

TREES = 64


@dataclass(frozen=True, slots=True)
class KernelScale:
    """Of the Gaussian process, in standard deviations of features and rewards.

    Args:
        variance: of the function.
        length: on which it changes, of all features together.
        noise: the variance of what it does not follow.
    """

    variance: float = 1.0
    length: float = 5.0
    noise: float = 0.3


class RewardRegression:
    """Expected rewards of networks that were not trained.

    Args:
        features: [N, F].
        rewards: [N].
        seed: of the trees.
        scale: of the process; None: the likeliest, which takes many times as long to find.
    """

    def __init__(
        self, features: Array, rewards: Array, seed: int, scale: KernelScale | None = None
    ) -> None:
        trees = ExtraTreesRegressor(TREES, min_samples_leaf=2, random_state=seed)
        self._forest = _Forest(trees.fit(features, rewards))
        self._process = _Process(features, rewards, seed, scale)

    @property
    def scale(self) -> KernelScale:
        """Of the process, given or found."""
        return self._process.scale

    def predict(self, features: Array) -> Array:
        """[N, F] to [N]."""
        return (self._forest.predict(features) + self._process.predict(features)) / 2


class _Forest:
    """The nodes of all trees in one list; a leaf is its own child, so that all walk alike.

    Node n has the entries 2n and 2n + 1 of each list, and is called 2n: its test is in both, and
    its right and left child.
    """

    def __init__(self, fitted: ExtraTreesRegressor) -> None:
        trees = [estimator.tree_ for estimator in fitted.estimators_]
        first = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
        children = [
            np.concatenate(
                [_children(tree, name) + n for tree, n in zip(trees, first, strict=True)]
            )
            for name in ("children_right", "children_left")
        ]
        self._roots = 2 * first
        self._children = 2 * np.stack(children, axis=1).ravel()
        feature = np.concatenate([np.maximum(tree.feature, 0) for tree in trees])
        self._feature = np.repeat(feature.astype(np.int64), 2)
        self._threshold = np.repeat(np.concatenate([tree.threshold for tree in trees]), 2)
        self._value = np.repeat(np.concatenate([tree.value[:, 0, 0] for tree in trees]), 2)
        self._depth = max(tree.max_depth for tree in trees)

    def predict(self, features: Array) -> Array:
        compared = features.astype(np.float32).astype(np.float64).ravel()  # as scikit-learn does
        rows = np.arange(len(features))[:, None] * features.shape[1]
        nodes = np.broadcast_to(self._roots, (len(features), len(self._roots)))
        for depth in range(self._depth):
            values, before = compared.take(rows + self._feature.take(nodes)), nodes
            nodes = self._children.take(nodes + (values <= self._threshold.take(nodes)))
            if depth % 4 == 3 and (nodes == before).all():  # as a rule at half of the depth
                break
        return np.asarray(self._value.take(nodes).mean(axis=1))


def _children(tree: Any, name: str) -> NDArray[np.int64]:  # noqa: ANN401 - sklearn's
    children: NDArray[np.int64] = getattr(tree, name)
    return np.where(children < 0, np.arange(len(children)), children)


class _Process:
    """The mean of a Gaussian process with an isotropic squared exponential kernel."""

    def __init__(
        self, features: Array, rewards: Array, seed: int, scale: KernelScale | None
    ) -> None:
        self._mean, self._sd = features.mean(axis=0), features.std(axis=0)
        self._sd[self._sd == 0] = 1.0
        start = scale or KernelScale()
        kernel = ConstantKernel(start.variance) * RBF(start.length) + WhiteKernel(start.noise)
        fitted = GaussianProcessRegressor(
            kernel,
            normalize_y=True,
            random_state=seed,
            optimizer=None if scale else "fmin_l_bfgs_b",
        )
        self._known = (features - self._mean) / self._sd
        with warnings.catch_warnings():  # of no noise, or of no signal at all: both may be true
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted.fit(self._known, rewards)
        found = fitted.kernel_
        self.scale = KernelScale(
            float(found.k1.k1.constant_value),
            float(found.k1.k2.length_scale),
            float(found.k2.noise_level),
        )
        # scikit-learn has rewards of mean 0 and SD 1; a constant reward has the SD 1 there.
        self._weights = (
            np.ravel(fitted.alpha_) * (float(rewards.std()) or 1.0) * self.scale.variance
        )
        self._base = float(rewards.mean())
        self._squares = (self._known**2).sum(axis=1)

    def predict(self, features: Array) -> Array:
        here = (features - self._mean) / self._sd
        distances = (here**2).sum(axis=1)[:, None] + self._squares - 2 * here @ self._known.T
        near = np.exp(np.maximum(distances, 0) / (-2 * self.scale.length**2))
        return np.asarray(near @ self._weights + self._base)
