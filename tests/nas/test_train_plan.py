from dataclasses import replace
from pathlib import Path

import pytest

from nas.recipe_source import load_recipe
from nas.train_plan import TrainPlan, plan_cost
from search_space import SPINENET_49
from tests.nas.tiny_recipe import tiny_recipe


@pytest.fixture
def plan(tmp_path: Path) -> TrainPlan:
    config = load_recipe(tiny_recipe(tmp_path), None, None, {})
    cost = plan_cost(SPINENET_49, config, 2)
    return TrainPlan("mine", cost, config, pictures=16, scored=6, classes=2, processes=1)


def test_a_training_costs_three_forward_passes_of_every_image(plan: TrainPlan) -> None:
    assert plan.images == 8 * 4
    assert plan.multiply_adds == plan.cost.madds * 32 * 3
    assert "8 steps of 4 pictures (2.0 passes)" in plan.lines()[2]


def test_maxup_costs_a_forward_pass_a_copy(plan: TrainPlan) -> None:
    """Ours: every copy goes through once without gradient, the worst through both again."""
    recipe = replace(plan.config.augmentation, brightness=0.2, maxup=4)
    more = replace(plan, config=plan.config.model_copy(update={"augmentation": recipe}))
    assert more.multiply_adds == plan.cost.madds * 32 * 7
    assert "MaxUp" in more.lines()[3]


def test_a_training_that_stops_earlier_costs_its_part(plan: TrainPlan) -> None:
    fidelity = replace(plan.config.fidelity, stop_step=2)
    less = replace(plan, config=plan.config.model_copy(update={"fidelity": fidelity}))
    assert less.multiply_adds == plan.multiply_adds / 4


def test_time_is_said_of_the_steps_that_are_left(plan: TrainPlan) -> None:
    assert "3 min 20 s for 100 steps" in replace(plan, step_seconds=2.0).time_line(100)
