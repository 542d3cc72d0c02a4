import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from proxy_tasks.reward_regression import TREES, KernelScale, RewardRegression

RNG = np.random.default_rng(0)
FEATURES = np.column_stack([RNG.normal(size=(70, 4)), np.ones(70)])  # one that never changes
REWARDS = FEATURES[:, 0] + FEATURES[:, 1] ** 2 + 0.1 * RNG.normal(size=70)
NEW = np.column_stack([RNG.normal(size=(40, 4)), np.ones(40)])
SCALE = KernelScale(variance=1.7, length=3.0, noise=0.05)


def scikit_learn(scale: KernelScale | None) -> tuple[np.ndarray, GaussianProcessRegressor]:
    """Predictions for NEW as its own `predict` has them, and the fitted process."""
    start = scale or KernelScale()
    kernel = ConstantKernel(start.variance) * RBF(start.length) + WhiteKernel(start.noise)
    process = GaussianProcessRegressor(
        kernel, normalize_y=True, random_state=3, optimizer=None if scale else "fmin_l_bfgs_b"
    )
    sd = np.where(FEATURES.std(axis=0) == 0, 1, FEATURES.std(axis=0))
    known, new = ((rows - FEATURES.mean(axis=0)) / sd for rows in (FEATURES, NEW))
    process.fit(known, REWARDS)
    trees = ExtraTreesRegressor(TREES, min_samples_leaf=2, random_state=3).fit(FEATURES, REWARDS)
    return (trees.predict(NEW) + process.predict(new)) / 2, process


@pytest.mark.parametrize("scale", [SCALE, None])
def test_it_predicts_what_scikit_learn_predicts(scale: KernelScale | None) -> None:
    expected, _ = scikit_learn(scale)
    found = RewardRegression(FEATURES, REWARDS, 3, scale).predict(NEW)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_one_candidate_is_predicted_as_among_many() -> None:
    regression = RewardRegression(FEATURES, REWARDS, 3, SCALE)
    one_by_one = [regression.predict(row[None])[0] for row in NEW]
    np.testing.assert_allclose(one_by_one, regression.predict(NEW), rtol=1e-12)


def test_a_scale_that_was_found_can_be_given() -> None:
    found = RewardRegression(FEATURES, REWARDS, 3)
    again = RewardRegression(FEATURES, REWARDS, 3, found.scale)
    np.testing.assert_allclose(again.predict(NEW), found.predict(NEW), rtol=1e-9)
