import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_tasks.training import learning_rate_factor


@given(steps=st.integers(1, 500), warmup=st.floats(0, 1))
def test_the_learning_rate_never_exceeds_its_setting(steps: int, warmup: float) -> None:
    factors = [learning_rate_factor(step, steps, warmup) for step in range(steps)]
    assert all(0 <= factor <= 1 for factor in factors)


def test_the_learning_rate_rises_linearly_and_falls_to_zero() -> None:
    factors = [learning_rate_factor(step, 100, 0.1) for step in range(101)]
    assert factors[:10] == pytest.approx([0.1 * k for k in range(1, 11)])
    assert factors[10] == pytest.approx(1.0)
    assert factors[55] == pytest.approx(0.5)
    assert factors[100] == pytest.approx(0.0)
    assert factors[10:] == sorted(factors[10:], reverse=True)
