import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from proxy_tasks.learning_rate import learning_rate_factor, learning_rates
from proxy_tasks.recipe import SCHEDULES, TrainingRecipe

STEPPED = TrainingRecipe(0.08, warmup=0.05, schedule="step", decay_at=(0.8, 0.9))


@given(steps=st.integers(1, 500), warmup=st.floats(0, 1), schedule=st.sampled_from(SCHEDULES))
def test_the_learning_rate_never_exceeds_its_setting(
    steps: int, warmup: float, schedule: str
) -> None:
    recipe = TrainingRecipe(0.01, warmup=warmup, schedule=schedule)
    factors = [learning_rate_factor(step, steps, recipe) for step in range(steps)]
    assert all(0 <= factor <= 1 for factor in factors)


def test_the_learning_rate_rises_linearly_and_falls_to_zero() -> None:
    factors = [learning_rate_factor(step, 100, TrainingRecipe(1e-2)) for step in range(101)]
    assert factors[:10] == pytest.approx([0.1 * k for k in range(1, 11)])
    assert factors[10] == pytest.approx(1.0)
    assert factors[55] == pytest.approx(0.5)
    assert factors[100] == pytest.approx(0.0)
    assert factors[10:] == sorted(factors[10:], reverse=True)


def test_a_stepped_learning_rate_is_torchs_multi_step_behind_the_warm_up() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=0.08)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [80, 90], gamma=0.1)
    expected = []
    for _ in range(100):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    found = learning_rates(STEPPED, 100)
    assert found[5:] == pytest.approx(expected[5:])
    assert found[:5] == pytest.approx([0.08 * k / 5 for k in range(1, 6)])
