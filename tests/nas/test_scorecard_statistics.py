from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from nas.scorecard_statistics import (
    UNREACHED,
    at_least,
    mean_interval,
    median_best,
    median_interval,
    ratio,
    thinned,
)


def lower_median(values: list[float]) -> float:
    return sorted(values)[(len(values) - 1) // 2]


@pytest.mark.parametrize(("size", "budget"), [(8, 2), (9, 3), (12, 3), (12, 11), (5, 5), (6, 1)])
def test_the_goal_is_the_median_over_every_search_that_there_is(size: int, budget: int) -> None:
    rewards = np.random.default_rng(size).normal(size=size)
    searches = [max(drawn) for drawn in combinations(rewards.tolist(), budget)]
    assert median_best(rewards, budget) == lower_median(searches)


@pytest.mark.parametrize("budget", [10, 100, 500, 2000])
def test_the_goal_has_the_hypergeometric_chance(budget: int) -> None:
    rewards = np.random.default_rng(budget).permutation(4 * budget).astype(float)
    goal = median_best(rewards, budget)
    at_most = [  # the chance that a search's best is `largest` or less
        stats.hypergeom.pmf(0, 4 * budget, 4 * budget - 1 - largest, budget)
        for largest in (goal - 1, goal)
    ]
    assert at_most[0] < 0.5 <= at_most[1]


def test_the_goal_does_not_depend_on_the_order_of_rewards() -> None:
    rewards = np.random.default_rng(0).normal(size=40)
    assert median_best(rewards, 10) == median_best(np.sort(rewards), 10)


def test_equal_rewards_have_themselves_as_goal() -> None:
    assert median_best(np.zeros(40), 10) == 0.0


def test_intervals_of_a_mean_are_those_of_scipy() -> None:
    values = np.random.default_rng(3).lognormal(size=30)
    oracle = stats.bootstrap(
        (values,), np.mean, n_resamples=40_000, method="percentile", rng=1
    ).confidence_interval
    low, high = mean_interval(values)
    width = oracle.high - oracle.low
    assert low == pytest.approx(oracle.low, abs=0.06 * width)
    assert high == pytest.approx(oracle.high, abs=0.06 * width)


@pytest.mark.parametrize("size", [1, 2, 5, 6, 8, 9, 20, 30, 101])
def test_intervals_of_a_median_are_those_of_scipys_sign_test(size: int) -> None:
    """The k-th smallest of 0 .. n - 1 is k - 1, and k is a quantile of the binomial."""
    k = max(1, int(stats.binom.ppf(0.025, size, 0.5)))
    assert median_interval([float(value) for value in range(size)]) == (k - 1, size - k)


@pytest.mark.parametrize(("heads", "tosses"), [(0, 5), (3, 5), (5, 5), (20, 30), (31, 60)])
def test_the_chance_of_so_many_heads_is_the_binomial(heads: int, tosses: int) -> None:
    assert at_least(heads, tosses) == pytest.approx(stats.binom.sf(heads - 1, tosses, 0.5))


def test_the_interval_of_a_mean_covers_the_truth_about_as_often_as_it_says() -> None:
    # 95 % nominal; the percentile bootstrap of 30 normal values covers 93.5 %. Binomial: 300 draws
    # of it are below 89 % or above 98 % once in 1,000 choices of this seed.
    rng = np.random.default_rng(0)
    bounds = np.array([mean_interval(rng.normal(size=30)) for _ in range(300)])
    covered = np.mean((bounds[:, 0] <= 0) & (bounds[:, 1] >= 0))
    assert 0.89 < covered < 0.98


def test_curves_get_an_interval_at_each_point() -> None:
    curves = np.random.default_rng(0).normal(size=(30, 4))
    low, high = mean_interval(curves)
    assert low.shape == high.shape == (4,)
    assert (low[2], high[2]) == pytest.approx(mean_interval(curves[:, 2]))


def test_a_goal_that_is_not_reached_counts_as_the_upper_bound() -> None:
    assert ratio(500, 50) == 10
    assert ratio(500, 625) == ratio(500, None) == UNREACHED == 0.8


@pytest.mark.parametrize("budget", [10, 500, 100_000])
def test_a_curve_has_its_ends_and_few_points(budget: int) -> None:
    grid = thinned(budget)
    assert (grid[0], grid[-1]) == (1, budget)
    assert len(grid) <= 60
    assert np.all(np.diff(grid) > 0)
