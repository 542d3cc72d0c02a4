import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from results.noise import Noise
from results.quality_model import (
    NODE_SHARES,
    Measured,
    QualityModel,
    fit,
    noise_scales,
)


def one_normal(mean: float, sd: float, noise: float) -> QualityModel:
    """All of its components are the same."""
    shape = np.ones((1, 1, 6), np.float32)
    return QualityModel(mean * shape, sd**2 * shape, shape / 6, noise**2 * shape)


def seen(mean: float, repeats: int, squares: float = 0.0) -> Measured:
    return Measured(np.array([mean]), np.array([float(repeats)]), np.array([squares]))


def test_a_single_reward_has_the_density_of_truth_and_noise_together() -> None:
    found = one_normal(1, 0.6, 0.8).densities(seen(1.7, 1)).sum()
    assert found / math.sqrt(2 * math.pi) == pytest.approx(NormalDist(1, 1).pdf(1.7))


def test_a_true_mean_is_the_precision_weighted_mean_of_prior_and_rewards() -> None:
    shares, means, variances = one_normal(1, 0.5, 0.4).true_means(seen(2, 4, 0.48))
    precision = 1 / 0.5**2 + 4 / 0.4**2
    assert (shares * means).sum() == pytest.approx((1 / 0.5**2 + 2 * 4 / 0.4**2) / precision)
    assert variances.ravel() == pytest.approx(np.full(6, 1 / precision))


def test_squares_around_the_mean_weigh_the_noise_as_chi_squared_does() -> None:
    quiet, loud = (one_normal(0, 1e3, noise).densities(seen(0, 5, 2.0)).sum() for noise in (0.5, 2))
    ratio = stats.chi2.pdf(2 / 0.25, 4) / 0.25 / (stats.chi2.pdf(2 / 4, 4) / 4)
    assert quiet / loud == pytest.approx(ratio, rel=1e-4)


@pytest.mark.parametrize("freedom", [4.0, 8.0, 100.0])
def test_three_normal_distributions_are_nearly_students_t(freedom: float) -> None:
    scales = noise_scales(np.array([math.log(freedom - 2)]))[0]
    points = np.linspace(-4, 4, 81)
    mixed = sum(
        w * stats.norm.cdf(points, scale=s**0.5) for w, s in zip(NODE_SHARES, scales, strict=True)
    )
    assert np.abs(mixed - stats.t.cdf(points, freedom)).max() < 0.012


def test_noise_that_is_given_is_the_noise_that_is_fitted() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal(300)
    once = Measured(values, np.ones(300), np.zeros(300))
    model = fit(once, 0.3, Noise(0.3, 1e6), rng)
    power = (model.noise[:, 0, :3] * NODE_SHARES).sum(1)
    assert np.sqrt(power) == pytest.approx(np.full(len(power), 0.3), rel=0.01)
