import numpy as np
import pytest
import scipy.stats

from results.welch import welch


def test_the_interval_is_scipys() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(1, 3, 20), rng.normal(0, 1, 7)
    low, high = scipy.stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    found = welch(first.tolist(), second.tolist())
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-5)


def test_one_value_has_no_interval() -> None:
    assert welch([1.0], [2.0, 3.0]) is None


def test_values_without_spread_differ_by_their_difference() -> None:
    found = welch([1.0, 1.0], [0.5, 0.5])
    assert found is not None
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
