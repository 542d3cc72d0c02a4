import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.doctor_coverage import PROXIES, reliability_coverage
from results.estimate import Estimate, Unmeasured
from results.mean_squares import mean_squares
from results.reliability import OUT_OF_RANGE, reliability
from tests.results.shapes import UNTUNED

# Shrout and Fleiss (1979), table 2: 6 targets, 4 judges; table 4 gives ICC(1,1) = .17.
TARGETS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
UNEQUAL = [[1.0, 2.0, 1.5], [4.0], [3.0, 3.5], [2.0, 2.2], [5.0, 4.1, 4.4]]


def known(groups: list[list[float]]) -> tuple[Estimate, Estimate, Estimate]:
    found = reliability(groups)
    assert isinstance(found.icc, Estimate)
    assert isinstance(found.sd_between, Estimate)
    assert isinstance(found.sd_within, Estimate)
    return found.icc, found.sd_between, found.sd_within


def test_the_icc_of_shrout_and_fleiss() -> None:
    icc, _, sd_within = known(TARGETS)
    assert icc.value == pytest.approx(0.17, abs=0.005)
    assert sd_within.value**2 == pytest.approx(6.26, abs=0.005)  # their table 3: WMS


def test_the_mean_squares_of_shrout_and_fleiss() -> None:
    found = mean_squares([np.array(row, dtype=float) for row in TARGETS])
    assert (found.between, found.within) == pytest.approx((11.24, 6.26), abs=0.005)
    assert found.repeats == 4


def test_unequal_numbers_of_repeats_have_the_f_of_scipy() -> None:
    found = mean_squares([np.array(group) for group in UNEQUAL])
    assert found.between / found.within == pytest.approx(stats.f_oneway(*UNEQUAL).statistic)
    # k0 by hand: (11 - (9 + 1 + 4 + 4 + 9) / 11) / 4
    assert found.repeats == pytest.approx((11 - 27 / 11) / 4)


def test_the_spread_between_is_what_the_mean_squares_leave() -> None:
    _, between, within = known(TARGETS)
    assert between.value == pytest.approx(((11.2417 - within.value**2) / 4) ** 0.5, abs=1e-3)


@settings(max_examples=20, deadline=None)
@given(shift=st.floats(-10, 10), scale=st.floats(0.01, 100))
def test_a_change_of_unit_scales_the_spreads_and_leaves_the_icc(shift: float, scale: float) -> None:
    plain = known(TARGETS)
    icc, between, within = known([[shift + scale * x for x in row] for row in TARGETS])
    assert (icc.value, icc.low, icc.high) == pytest.approx(
        (plain[0].value, plain[0].low, plain[0].high), abs=1e-6
    )
    assert between.high == pytest.approx(scale * plain[1].high, rel=1e-6)
    assert within.low == pytest.approx(scale * plain[2].low, rel=1e-6)


def test_the_same_values_have_the_same_interval() -> None:
    assert reliability(TARGETS) == reliability(TARGETS)


def test_normal_values_have_nearly_the_degrees_of_freedom_of_the_textbook() -> None:
    rng = np.random.default_rng(0)
    found = mean_squares(list(rng.standard_normal((4000, 1)) + rng.standard_normal((4000, 3))))
    assert found.between_df == pytest.approx(3999, rel=0.1)
    assert found.within_df == pytest.approx(8000, rel=0.1)


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4), min_size=3, max_size=8))
def test_degrees_of_freedom_within_are_never_more_than_the_textbook_has(
    groups: list[list[int]],
) -> None:
    freedom = sum(len(group) - 1 for group in groups)
    if freedom == 0:
        return
    found = mean_squares([np.array(group, dtype=float) for group in groups])
    assert 0 < found.within_df <= freedom * (1 + 1e-12)
    assert found.between_df > 0


def test_a_measurement_without_error_has_an_icc_of_one() -> None:
    icc, between, within = known([[1, 1], [2, 2], [4, 4]])
    assert icc == Estimate(1.0, 1.0, 1.0)
    assert within == Estimate(0.0, 0.0, 0.0)
    assert 0 < between.low < between.value < between.high


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ([], "0 measured: it takes 3"),
        ([[1, 2], [3, 4], []], "2 measured: it takes 3"),
        ([[1], [2], [3, 4]], "1 of 3 measured more than once: it takes 2"),
        ([[1, 1], [1, 1], [1, 1]], "all values are equal"),
    ],
)
def test_what_is_too_few_is_said(groups: list[list[float]], reason: str) -> None:
    found = reliability(groups)
    assert found.icc == found.sd_between == found.sd_within == Unmeasured(reason)


@pytest.mark.parametrize("name", ["normal", "a third near 0, quiet there"])
@pytest.mark.parametrize(("n", "repeats", "icc"), [(12, 2, 0.85), (30, 3, 0.6)])
def test_intervals_hold_the_truth_in_95_of_100_samples(
    name: str, n: int, repeats: int, icc: float
) -> None:
    """95 +- 3 % for the ICC, one more for the spreads; the standard error at 1,000 samples is 0.7.

    Coverages measured at length are 95.2 to 97 and 92.8 to 97.8 %: another seed would fail 1 in 10
    times at most; these are fixed. Percentile intervals have 89.
    """
    found = reliability_coverage(PROXIES[name], n, repeats, icc, 1000, seed=5)
    assert abs(found["icc"] - 0.95) <= 0.03
    assert abs(found["sd_between"] - 0.95) <= 0.04
    assert abs(found["sd_within"] - 0.95) <= 0.04


def test_intervals_hold_the_truth_of_a_shape_that_nothing_was_tuned_on() -> None:
    """95 +- 4 %; the standard error at 500 samples is 0.9.

    Coverages measured at 3,000 samples are 95.5 to 96.0 %: another seed would fail a figure once
    in 1,000 times; this one is fixed.
    """
    found = reliability_coverage(UNTUNED, 12, 2, 0.85, 500, seed=5)
    for share in found.values():
        assert abs(share - 0.95) <= 0.04


@pytest.mark.parametrize("size", [1e308, 1e-200])
def test_what_floating_point_cannot_square_is_not_known(size: float) -> None:
    found = reliability([[0.0, size], [size / 2, size], [size, size / 4]])
    assert {found.icc, found.sd_between, found.sd_within} == {Unmeasured(OUT_OF_RANGE)}
