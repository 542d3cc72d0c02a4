import pytest

from proxy_tasks.analytic_task import AnalyticTask
from search_space import R0_SP53, SPINENET_49


def test_without_noise_the_seed_does_not_matter() -> None:
    task = AnalyticTask()
    assert task.evaluate(R0_SP53, 1)["AP"] == task.evaluate(R0_SP53, 2)["AP"]


def test_noise_is_a_function_of_seed_and_architecture() -> None:
    task = AnalyticTask(noise=0.1)
    first = [task.evaluate(SPINENET_49, seed)["AP"] for seed in (1, 2, 1)]
    assert first[0] == first[2] != first[1]


def test_the_score_is_one_at_the_optimum() -> None:
    edges = [
        abs(SPINENET_49.feature_level(parent) - block.level)
        for block in SPINENET_49.blocks
        for parent in block.inputs
    ]
    task = AnalyticTask(optimum=sum(edges) / len(edges))
    assert task.evaluate(SPINENET_49, 0)["AP"] == pytest.approx(1.0)
