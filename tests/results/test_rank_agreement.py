import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from benchmarks.doctor_coverage import PROXIES, rank_coverage
from results.estimate import Estimate, Unmeasured
from results.rank_agreement import rank_agreement, ranks, spearman
from tests.results.shapes import UNTUNED

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=20)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=20))
def test_equal_values_share_their_mean_rank_as_in_scipy(values: list[int]) -> None:
    assert ranks(values).tolist() == stats.rankdata(values).tolist()


@given(PAIRS)
def test_rho_is_that_of_scipy_also_with_ties(pairs: list[tuple[int, int]]) -> None:
    first, second = map(list, zip(*pairs, strict=True))
    assume(len(set(first)) > 1 and len(set(second)) > 1)
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)


def test_the_interval_is_fishers_with_the_error_of_bonett_and_wright() -> None:
    first, second = list(range(10)), [1, 0, 2, 3, 5, 4, 6, 9, 8, 7]
    rho = stats.spearmanr(first, second).statistic
    found = rank_agreement(first, second)
    assert isinstance(found, Estimate)
    reach = stats.norm.ppf(0.975) * math.sqrt((1 + rho**2 / 2) / 7)
    assert math.atanh(found.low) == pytest.approx(math.atanh(rho) - reach)
    assert math.atanh(found.high) == pytest.approx(math.atanh(rho) + reach)


def test_the_opposite_order_has_the_opposite_interval() -> None:
    first, second = [1.0, 2, 3, 4, 5, 6], [2.0, 1, 3, 6, 4, 5]
    plain, turned = rank_agreement(first, second), rank_agreement(first, [-x for x in second])
    assert isinstance(plain, Estimate)
    assert isinstance(turned, Estimate)
    assert (turned.value, turned.low) == pytest.approx((-plain.value, -plain.high))


def test_perfect_agreement_of_a_few_is_no_certainty() -> None:
    found = rank_agreement(range(6), range(6))
    assert isinstance(found, Estimate)
    assert found.value == 1
    assert found.low < 0.9 < found.high < 1


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], "4 measured: it takes 5"),
        ([1, 2, 3, 4, 5], [0, 0, 0, 0, 0], "all values are equal"),
    ],
)
def test_what_has_no_order_is_not_ranked(
    first: list[float], second: list[float], reason: str
) -> None:
    assert rank_agreement(first, second) == Unmeasured(reason)


@pytest.mark.parametrize("name", ["normal", "a third near 0, quiet there"])
def test_intervals_hold_the_populations_rank_correlation_in_95_of_100_samples(name: str) -> None:
    """Within 95 +- 3 %, and 2 % for a standard error of 0.8 % at 800 samples.

    At the coverage measured at length (95 to 97 %), fails another seed once in 100; it is fixed.
    """
    _, share = rank_coverage(PROXIES[name], 12, 2, 0.85, 800, seed=3)
    assert 0.90 <= share <= 0.99


def test_intervals_hold_the_rank_correlation_of_a_shape_that_nothing_was_tuned_on() -> None:
    """95 +- 4 %; the standard error at 800 samples is 0.6.

    At the coverage measured at 4,000 samples, 97.2 %, another seed fails once in 1,000 times; this
    one is fixed.
    """
    _, share = rank_coverage(UNTUNED, 12, 2, 0.85, 800, seed=3)
    assert abs(share - 0.95) <= 0.04
