import numpy as np
import pytest

from results.tempered_sampler import posterior_draws


def test_draws_are_those_of_the_conjugate_posterior() -> None:
    """Prior N(0, 1), data N(x, 0.1) at 0.5 and -1: errors of 2,000 moved draws are below 5 %."""
    rng = np.random.default_rng(0)
    data, variance = np.array([0.5, -1.0]), 0.1**2
    found = posterior_draws(
        rng.standard_normal((2000, 2)),
        lambda x: -0.5 * (x**2).sum(1),
        lambda x: -0.5 * ((x - data) ** 2).sum(1) / variance,
        rng,
    )
    assert found.mean(0) == pytest.approx(data / (1 + variance), abs=0.02)
    assert found.std(0) == pytest.approx(np.full(2, (1 / (1 + 1 / variance)) ** 0.5), rel=0.15)


def test_both_modes_of_a_posterior_are_found() -> None:
    rng = np.random.default_rng(0)
    found = posterior_draws(
        rng.standard_normal((2000, 1)),
        lambda x: -0.5 * (x**2).sum(1),
        lambda x: -0.5 * (np.abs(x[:, 0]) - 1) ** 2 / 0.05**2,
        rng,
    )
    assert (found > 0).mean() == pytest.approx(0.5, abs=0.1)
    assert np.abs(found).mean() == pytest.approx(1, abs=0.02)
