import numpy as np
import pytest
from scipy.stats import norm, rankdata

from controllers.normal_scores import NormalScores


def scores_of(rewards: list[float | None], window: int = 100) -> list[float]:
    scores = NormalScores(window)
    for reward in rewards:
        scores.add(reward)
    return [scores.score(reward) for reward in rewards]


def test_scores_are_the_normal_quantiles_of_mid_ranks() -> None:
    rewards = [3.0, -1.0, 3.0, 7.5, 0.0]
    expected = norm.ppf((rankdata(rewards) - 0.5) / len(rewards))
    assert scores_of(list(rewards)) == pytest.approx(expected)


def test_an_affine_change_of_the_rewards_changes_no_score() -> None:
    rewards = np.random.default_rng(0).normal(size=50)
    assert scores_of(list(0.03 * rewards + 0.4)) == scores_of(list(rewards))


def test_failures_rank_below_everything_and_are_equal() -> None:
    first, low, second, high = scores_of([None, -1e300, None, 5.0])
    assert first == second < low < high


def test_the_baseline_moves_with_the_window() -> None:
    scores = NormalScores(3)
    for reward in (100.0, 1.0, 2.0, 3.0):
        scores.add(reward)
    assert scores.score(2.0) == 0.0


def test_a_reward_outside_the_window_has_a_finite_score() -> None:
    scores = NormalScores(2)
    assert scores.score(5.0) == 0.0
    scores.add(1.0)
    assert scores.score(0.0) == pytest.approx(norm.ppf(0.25))
