import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from controllers.robust_scale import robust_targets

REWARDS = st.lists(st.integers(-1000, 1000), min_size=2, max_size=30)


@given(REWARDS, st.integers(1, 50), st.integers(-100, 100))
def test_an_affine_change_of_the_rewards_changes_nothing(
    rewards: list[int], factor: int, shift: int
) -> None:
    changed = [factor * reward + shift for reward in rewards]
    assert np.allclose(robust_targets(rewards), robust_targets(changed), atol=2e-9)


@given(REWARDS)
def test_a_better_reward_is_never_a_lower_target(rewards: list[int]) -> None:
    assert (np.diff(robust_targets(sorted(rewards))) >= 0).all()


def test_a_failure_counts_as_the_worst_that_did_not_fail() -> None:
    targets = robust_targets([0.1, None, 0.5, 0.3, 0.4])
    assert targets[1] == targets[0] == targets.min()


def test_one_broken_evaluation_leaves_the_others_apart() -> None:
    targets = robust_targets([0.40, 0.41, 0.42, 0.43, 0.44, -1e9])
    assert np.ptp(targets[:5]) > 1
    assert targets[5] == -2


def test_rewards_that_are_all_equal_are_targets_of_zero() -> None:
    assert robust_targets([0.3, 0.3, 0.3]).tolist() == [0, 0, 0]


def test_targets_of_huge_rewards_are_those_of_small_ones() -> None:
    rewards = [1.0, -7.0, None, 3.5, 3.25, 0.0]
    huge = [None if reward is None else reward * 2.0**1020 for reward in rewards]
    assert robust_targets(huge).tolist() == robust_targets(rewards).tolist()


def test_targets_are_finite_where_the_spread_is_almost_nothing() -> None:
    assert np.isfinite(robust_targets([0.0, 5e-324, 5e-324, -5e-324, 1e308])).all()
