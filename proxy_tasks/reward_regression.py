"""Rewards learnt from `path_features`, by extremely randomised trees and a Gaussian process.

scikit-learn grows the trees and finds the scale of the process; what it found is evaluated here, as
its own `predict` takes 20 times as long for one candidate.
"""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.tree._tree import Tree

from proxy_tasks.errors import InvalidRecipe

Array = NDArray[np.float64]

TREES = 64  # a power of two
JITTER = 1e-10  # on the diagonal, as scikit-learn has it


@dataclass(frozen=True, slots=True)
class KernelScale:
    """Of the Gaussian process, in standard deviations of features and rewards.

    Args:
        variance: of the function.
        length: on which it changes, of all features together.
        noise: the variance of what it does not follow.

    Raises InvalidRecipe for what is no finite number above 0.
    """

    variance: float = 1.0
    length: float = 5.0
    noise: float = 0.3

    def __post_init__(self) -> None:
        for name in ("variance", "length", "noise"):
            value: object = getattr(self, name)
            if not isinstance(value, int | float) or not 0 < value < math.inf:
                raise InvalidRecipe(f"KernelScale: {name} is {value!r}; give a number above 0")


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
    """All trees as one: its first splits are by the number of the tree, which is the last feature.

    So scikit-learn walks them in one call, which for one candidate takes a fifth of 64 calls.
    """

    def __init__(self, fitted: ExtraTreesRegressor) -> None:
        trees = [estimator.tree_ for estimator in fitted.estimators_]
        states = [tree.__getstate__() for tree in trees]
        first = np.cumsum([TREES - 1, *(tree.node_count for tree in trees[:-1])])
        top = _halvings(first, trees[0].n_features, states[0]["nodes"].dtype)
        nodes = [top, *(_moved(state["nodes"], n) for state, n in zip(states, first, strict=True))]
        values = [np.zeros((len(top), 1, 1)), *(state["values"] for state in states)]
        self._tree = Tree(trees[0].n_features + 1, np.array([1], np.intp), 1)
        self._tree.__setstate__(
            {
                "max_depth": max(tree.max_depth for tree in trees) + TREES.bit_length() - 1,
                "node_count": sum(map(len, nodes)),
                "nodes": np.concatenate(nodes),
                "values": np.concatenate(values),
            }
        )

    def predict(self, features: Array) -> Array:
        rows = np.empty((len(features), TREES, features.shape[1] + 1), np.float32)
        rows[:, :, :-1] = features[:, None]
        rows[:, :, -1] = np.arange(TREES)
        found = self._tree.predict(rows.reshape(-1, rows.shape[2]))
        return np.asarray(found.reshape(len(features), TREES).mean(axis=1))


def _halvings(first: NDArray[np.int64], feature: int, kind: np.dtype[Any]) -> NDArray[Any]:
    """Nodes that lead to the root `first[n]` of tree n by a feature: a heap, of a power of two."""
    place = np.arange(TREES - 1)
    depth = np.array([int(n).bit_length() - 1 for n in place + 1])
    top = np.zeros(TREES - 1, kind)
    for name, child in (("left_child", 2 * place + 1), ("right_child", 2 * place + 2)):
        tree = child - (TREES - 1)
        top[name] = np.where(tree < 0, child, first[np.maximum(tree, 0)])
    top["feature"] = feature
    top["threshold"] = (place + 1.5 - 2**depth) * TREES / 2**depth - 0.5
    return top


def _moved(nodes: NDArray[Any], by: int) -> NDArray[Any]:
    """A leaf has negative children, and keeps them."""
    moved = nodes.copy()
    for name in ("left_child", "right_child"):
        moved[name] += np.where(nodes[name] < 0, 0, by)
    return moved


class _Process:
    """The mean of a Gaussian process with an isotropic squared exponential kernel."""

    def __init__(
        self, features: Array, rewards: Array, seed: int, scale: KernelScale | None
    ) -> None:
        self._mean, self._sd = features.mean(axis=0), features.std(axis=0)
        self._sd[self._sd == 0] = 1.0
        self._known = (features - self._mean) / self._sd
        self._squares = (self._known**2).sum(axis=1)
        self.scale = scale or _likeliest_scale(self._known, rewards, seed)
        covariance = self.scale.variance * self._near(self._known)
        covariance[np.diag_indices_from(covariance)] = (
            self.scale.variance + self.scale.noise + JITTER
        )
        self._base, sd = float(rewards.mean()), float(rewards.std()) or 1.0
        factor = cho_factor(covariance, lower=True, overwrite_a=True)
        standard = (rewards - self._base) / sd
        self._weights = cho_solve(factor, standard) * sd * self.scale.variance

    def predict(self, features: Array) -> Array:
        near = self._near((features - self._mean) / self._sd)
        return np.asarray(near @ self._weights + self._base)

    def _near(self, here: Array) -> Array:
        """exp(-d^2 / 2 length^2) of all pairs: [len(here), known]."""
        distances = (here**2).sum(axis=1)[:, None] + self._squares - 2 * here @ self._known.T
        return np.asarray(np.exp(np.maximum(distances, 0) / (-2 * self.scale.length**2)))


def _likeliest_scale(features: Array, rewards: Array, seed: int) -> KernelScale:
    """Found by scikit-learn, which has rewards of mean 0 and SD 1."""
    start = KernelScale()
    kernel = ConstantKernel(start.variance) * RBF(start.length) + WhiteKernel(start.noise)
    process = GaussianProcessRegressor(kernel, alpha=JITTER, normalize_y=True, random_state=seed)
    with warnings.catch_warnings():  # of no noise, or of no signal at all: both may be true
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = process.fit(features, rewards).kernel_
    return KernelScale(
        float(found.k1.k1.constant_value),
        float(found.k1.k2.length_scale),
        float(found.k2.noise_level),
    )
