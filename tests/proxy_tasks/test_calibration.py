import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from proxy_tasks.calibration import calibration, network_means, rank_agreement
from proxy_tasks.held_out import HeldOut

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(2, 60))
def test_tau_is_kendalls(seed: int, count: int) -> None:
    first, second = np.random.default_rng(seed).normal(size=(2, count))
    found = rank_agreement(first, second[None])
    assert found.tau == pytest.approx(kendalltau(first, second).statistic, abs=1e-12)
    assert -1 <= found.low <= found.tau <= found.high <= 1


@given(SEEDS)
def test_of_repeats_it_is_the_mean(seed: int) -> None:
    first, *repeats = np.random.default_rng(seed).normal(size=(4, 20))
    taus = [kendalltau(first, row).statistic for row in repeats]
    assert rank_agreement(first, np.array(repeats)).tau == pytest.approx(np.mean(taus), abs=1e-12)


def test_its_interval_holds_the_true_tau() -> None:
    """Of normal pairs with correlation r it is 2 / pi arcsin r."""
    rng, truth, held = np.random.default_rng(0), 2 / np.pi * np.arcsin(0.8), 0
    for _ in range(400):
        first, other = rng.normal(size=(2, 100))
        found = rank_agreement(first, (0.8 * first + 0.6 * other)[None])
        held += found.low <= truth <= found.high
    # Of 95 % in 400: below 90 % once in 50,000. For want of exactness in small samples 93 % hold.
    assert held >= 0.89 * 400


def predictions(errors: np.ndarray, seed: int) -> HeldOut:
    """Of 2,000 networks, held out in tenths, off by these errors."""
    predicted = np.random.default_rng(seed).normal(size=(1, 2000))
    fold = np.arange(2000)[None] % 10
    return HeldOut(predicted[0] + errors, np.arange(2000), predicted, fold)


def test_normal_errors_are_covered_as_promised() -> None:
    found = calibration(predictions(np.random.default_rng(1).normal(size=2000), 0))
    # Binomial, 5 SD of 2,000: less than two in a million each.
    for level, share in found.coverage.items():
        assert share == pytest.approx(level, abs=5 * (level * (1 - level) / 2000) ** 0.5)
    assert sum(found.pit) == pytest.approx(1)
    assert found.pit == pytest.approx([0.1] * 10, abs=5 * (0.09 / 2000) ** 0.5)


def test_errors_of_one_sign_are_seen() -> None:
    found = calibration(predictions(np.abs(np.random.default_rng(1).normal(size=2000)), 0))
    assert found.pit[:5] == (0.0,) * 5


def test_rare_large_errors_are_seen() -> None:
    """Nine of ten are exact: the middle half holds far more than half."""
    rng = np.random.default_rng(2)
    errors = np.where(rng.random(2000) < 0.1, rng.normal(size=2000), 0.0)
    assert calibration(predictions(errors, 0)).coverage[0.5] > 0.85


@given(SEEDS)
def test_means_are_of_a_networks_trainings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = np.array([0, 1, 0, 2, 1, 0])
    values = rng.normal(size=(2, 6))
    expected = [[row[network == one].mean() for one in range(3)] for row in values]
    np.testing.assert_allclose(network_means(values, network), expected)
