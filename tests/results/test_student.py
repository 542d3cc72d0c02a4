import math

import pytest
import scipy.stats

from results.student import student_975


@pytest.mark.parametrize("freedom", [1.0, 1.3, 2.5, 7.0, 30.5, 250.0, 999.0, 1000.0, 1e6])
def test_the_quantile_is_scipys(freedom: float) -> None:
    assert student_975(freedom) == pytest.approx(scipy.stats.t.ppf(0.975, freedom), abs=4e-6)


def test_what_is_known_exactly_is_normal_and_less_than_one_degree_tells_nothing() -> None:
    assert student_975(math.inf) == pytest.approx(scipy.stats.norm.ppf(0.975), abs=1e-5)
    assert student_975(0.9) == math.inf
