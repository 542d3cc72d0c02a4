import math

import numpy as np
import pytest

from results.belief import Belief, belief
from results.racing import contender, first_contender, gains


def test_the_knowledge_gradient_is_what_a_training_gains_in_simulation() -> None:
    """400,000 draws know it to 1 % of the change's SD."""
    means, variances, noise = np.array([1.0, 0.8, 0.2]), np.array([0.04, 0.09, 0.01]), 0.05
    rng = np.random.default_rng(0)
    for i, found in enumerate(gains(means, variances, np.zeros(3), noise)):
        change = variances[i] / math.sqrt(variances[i] + noise)
        after = np.tile(means[:, None], 400_000)
        after[i] += change * rng.standard_normal(400_000)
        assert found == pytest.approx((after.max(0) - means.max()).mean(), abs=1e-3)


def test_trainings_that_are_out_leave_less_to_gain() -> None:
    means, variances = np.array([1.0, 1.0]), np.array([0.04, 0.04])
    once, twice = (gains(means, variances, np.array([n, 0]), 0.05)[0] for n in (0, 1))
    assert twice < once


def test_nothing_is_gained_where_seeds_change_nothing_that_is_not_known() -> None:
    assert gains(np.array([1.0, 0.5]), np.zeros(2), np.zeros(2), 0.0).tolist() == [0, 0]


def test_the_first_to_be_trained_again_are_the_best_five_in_turn() -> None:
    means, trained, allowed = [0.1 * i for i in range(9)], [1] * 9, [True] * 9
    order = []
    for _ in range(6):
        chosen = first_contender(means, trained, allowed)
        assert chosen is not None
        order.append(chosen)
        trained[chosen] += 1
    assert order == [8, 7, 6, 5, 4, 8]


@pytest.fixture(scope="module")
def found() -> Belief:
    """Two that are nearly equal, and eight far below."""
    rewards = [[0.50, 0.51], [0.50, 0.52], *([0.1 + 0.01 * i, 0.11 + 0.01 * i] for i in range(8))]
    made = belief(rewards)
    assert isinstance(made, Belief)
    return made


def test_the_race_is_between_those_that_may_be_best(found: Belief) -> None:
    assert contender(found, [0] * 10, [True] * 10) in (0, 1)


def test_who_is_out_leaves_the_turn_to_a_rival(found: Belief) -> None:
    first = contender(found, [0] * 10, [True] * 10)
    out = [50 * (i == first) for i in range(10)]
    assert {first, contender(found, out, [True] * 10)} == {0, 1}


def test_none_is_trained_that_is_not_allowed(found: Belief) -> None:
    assert contender(found, [0] * 10, [i > 1 for i in range(10)]) not in (0, 1)
    assert contender(found, [0] * 10, [False] * 10) is None
    assert first_contender([1.0], [1], [False]) is None
