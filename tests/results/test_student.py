import math

import pytest
import scipy.stats

from results.student import student_975, student_bound, student_p


@pytest.mark.parametrize("freedom", [1.0, 1.3, 2.5, 7.0, 30.5, 250.0, 999.0, 1000.0, 1e6])
def test_the_quantile_is_scipys(freedom: float) -> None:
    assert student_975(freedom) == pytest.approx(scipy.stats.t.ppf(0.975, freedom), abs=4e-6)


def test_what_is_known_exactly_is_normal_and_less_than_one_degree_tells_nothing() -> None:
    assert student_975(math.inf) == pytest.approx(scipy.stats.norm.ppf(0.975), abs=1e-5)
    assert student_975(0.9) == math.inf


@pytest.mark.parametrize("freedom", [1.0, 2.5, 9.0, 99.0, 5000.0, 99_999.0])
def test_p_and_bound_are_scipys(freedom: float) -> None:
    for t in (0.0, 0.3, -2.0, 12.0):
        assert student_p(t, freedom) == pytest.approx(
            2 * scipy.stats.t.sf(abs(t), freedom), abs=1e-9
        )
    for level in (0.05, 0.05 / 3, 1e-3):
        expected = scipy.stats.t.isf(level / 2, freedom)
        assert student_bound(level, freedom) == pytest.approx(expected, rel=1e-5)


def test_exact_noise_has_a_normal_p_and_none_has_none() -> None:
    assert student_p(1.96, math.inf) == pytest.approx(2 * scipy.stats.norm.sf(1.96))
    assert student_p(5.0, 0.5) == 1.0
