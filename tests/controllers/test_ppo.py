import math

import numpy as np
import pytest
import torch

from controllers import PPO, InvalidSetting
from controllers.ppo import clipped_objective
from search_space import SearchSpace
from tests.controllers.contract import ControllerContract, MakeController
from tests.controllers.toy_space import ToySpace


class TestPPO(ControllerContract):
    @pytest.fixture
    def make_controller(self, space: SearchSpace) -> MakeController:
        return lambda seed: PPO(space, seed, batch_size=15, hidden_size=16)


def gradient(log_prob: float, old: float, advantage: float) -> float:
    """Of the objective by the log-probability of one decision, clipped at 0.2."""
    variable = torch.tensor([[log_prob]], dtype=torch.float64, requires_grad=True)
    told, weight = torch.tensor([[old]]), torch.tensor([advantage])
    clipped_objective(variable, told, weight, 0.2).backward()  # type: ignore[no-untyped-call]
    assert variable.grad is not None
    return variable.grad.item()


@pytest.mark.parametrize(
    ("ratio", "advantage", "by_hand"),
    [
        (1.0, 2.0, 2.0),  # d ratio / d log p = ratio
        (1.1, 2.0, 2.2),
        (1.3, 2.0, 0.0),  # moved up far enough
        (0.5, 2.0, 1.0),  # moved the wrong way: still pulled back
        (0.7, -1.0, 0.0),  # moved down far enough
        (1.5, -1.0, -1.5),
    ],
)
def test_the_clipped_gradient_is_that_of_equation_7(
    ratio: float, advantage: float, by_hand: float
) -> None:
    old = math.log(0.25)
    assert gradient(old + math.log(ratio), old, advantage) == pytest.approx(by_hand, abs=1e-6)


def test_the_objective_is_a_sum_over_decisions_and_a_mean_over_candidates() -> None:
    ratios = torch.tensor([[1.0, 1.1], [0.9, 2.0]])
    found = clipped_objective(ratios.log(), torch.zeros(2, 2), torch.tensor([1.0, -1.0]), 0.2)
    # Candidate 0: 1 + 1.1; candidate 1: -0.9 - 2.0, as the worse of 2.0 and 1.2 counts.
    assert found.item() == pytest.approx((2.1 - 2.9) / 2)


def test_a_bandit_s_best_arm_is_learnt() -> None:
    means = (0.0, 0.2, 1.0, 0.4)
    for seed in range(3):
        controller, rng = PPO(ToySpace(length=1), seed), np.random.default_rng(seed)
        arms = []
        for _ in range(200):
            arms.append(controller.propose()[0])
            controller.observe((arms[-1],), means[arms[-1]] + 0.3 * float(rng.normal()))
        # Over 40 seeds 48.2 +- 1.3 of 50, least 45. 40 is 6 SD below: once in 10**8 seeds.
        assert arms[-50:].count(2) >= 40


@pytest.mark.parametrize(
    ("option", "value"), [("epochs", 0), ("epochs", 1001), ("clip_range", 1.0)]
)
def test_an_option_of_its_own_outside_its_range_is_refused(option: str, value: float) -> None:
    with pytest.raises(InvalidSetting, match=f"{option} is {value}: give a"):
        PPO(ToySpace(), 0, **{option: value})  # type: ignore[arg-type]
