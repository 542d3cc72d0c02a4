import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from results.belief import NO_NOISE, Belief, belief
from results.estimate import Unmeasured
from results.noise import Noise

RNG = np.random.default_rng(5)
LEAGUE = [list(0.5 + 0.1 * RNG.standard_normal(2)) for _ in range(12)]


def known(rewards: list[list[float]], noise: Noise | None = None) -> Belief:
    found = belief(rewards, noise)
    assert isinstance(found, Belief)
    return found


def test_of_normal_networks_and_known_noise_each_is_believed_as_the_closed_form_has_it() -> None:
    """2,000 networks tell SD 1 and mean 3 to 2 %; a false alarm would take five such errors."""
    rng = np.random.default_rng(1)
    truth = 3 + rng.standard_normal(2000)
    seen = truth + 0.5 * rng.standard_normal(2000)
    found = known([[value] for value in seen], Noise(0.5, math.inf))
    kept = 1 / (1 + 0.5**2)
    common = np.abs(seen - 3) < 2.2
    assert found.mean[common] == pytest.approx(3 + kept * (seen[common] - 3), abs=0.1)
    width = (found.high - found.low)[common]
    assert width == pytest.approx(2 * 1.6449 * 0.5 * math.sqrt(kept), rel=0.15)


def test_where_a_seed_changes_nothing_the_order_is_certain() -> None:
    found = known([[0.3, 0.3], [0.5], [0.4]])
    assert found.p_best.tolist() == [0, 1, 0]
    assert found.low.tolist() == found.high.tolist() == [0.3, 0.5, 0.4]


def test_equals_share_the_first_places_where_a_seed_changes_nothing() -> None:
    found = known([[1.0]] * 8 + [[0.0, 0.0]] * 4)
    assert found.p_best.tolist() == [1 / 8] * 8 + [0] * 4
    assert found.p_top10.tolist() == [1] * 8 + [0.5] * 4


def test_where_noise_explains_all_that_is_seen_every_network_is_believed_alike() -> None:
    rng = np.random.default_rng(2)
    rewards = rng.normal(0.4, 0.05, (40, 1))
    found = known(rewards.tolist(), Noise(0.05, 1000))
    assert np.ptp(found.mean) < 0.4 * np.ptp(rewards)
    assert found.p_best.max() < 0.2


def test_a_clear_winner_is_best_with_hardly_a_doubt() -> None:
    assert known([*LEAGUE, [2.0, 2.05, 1.95]]).p_best[-1] > 0.99


def test_the_best_of_many_is_believed_to_be_less_good_than_it_looks() -> None:
    found = known(LEAGUE)
    assert found.mean[found.winner] < max(np.mean(values) for values in LEAGUE)


def test_one_is_the_best_and_ten_are_the_top_ten() -> None:
    found = known(LEAGUE)
    assert found.p_best.sum() == pytest.approx(1)
    assert found.p_top10.sum() == pytest.approx(10)


@settings(max_examples=4, deadline=None)
@given(st.permutations(range(len(LEAGUE))))
@example([0, 1, 2, 3, 4, 5, 9, 7, 6, 8, 10, 11])
def test_neither_the_order_of_networks_nor_that_of_seeds_matters(order: list[int]) -> None:
    here, there = known(LEAGUE), known([LEAGUE[i][::-1] for i in order])
    for name in ("mean", "low", "high", "p_best", "p_top10"):
        assert getattr(there, name).tolist() == getattr(here, name)[order].tolist()


def test_belief_is_in_the_units_of_the_rewards() -> None:
    """Powers of two round nothing, so that it is the same computation."""
    here, there = known(LEAGUE), known([[4 * v for v in values] for values in LEAGUE])
    assert there.mean == pytest.approx(4 * here.mean)
    assert there.p_best == pytest.approx(here.p_best)


def test_noise_measured_elsewhere_serves_where_nothing_was_repeated() -> None:
    once = [values[:1] for values in LEAGUE]
    assert belief(once) == Unmeasured(NO_NOISE)
    noisy, quiet = known(once, Noise(0.2, 50)), known(once, Noise(0.01, 50))
    assert noisy.p_best.max() < quiet.p_best.max()


def test_fewer_than_three_networks_are_none_to_learn_from() -> None:
    found = belief(LEAGUE[:2])
    assert isinstance(found, Unmeasured)
    assert "2 networks" in found.reason


@pytest.mark.parametrize("scale", [1e-200, 1e300])
def test_rewards_whose_squares_are_no_numbers_are_not_believed(scale: float) -> None:
    found = belief([[scale * value for value in values] for values in LEAGUE])
    assert isinstance(found, Unmeasured)


def test_intervals_hold_the_truth_and_the_winner_is_no_better_than_promised() -> None:
    """20 leagues of 30 with a low tail. The shares have SDs of 2 % and 0.1: 4 are allowed."""
    rng, held, naive, ours = np.random.default_rng(3), [], [], []
    for _ in range(20):
        truth = -rng.gumbel(size=30)
        rewards = [list(t + rng.standard_normal(1 + (i < 6))) for i, t in enumerate(truth)]
        found = known(rewards)
        held.append((found.low <= truth) & (truth <= found.high))
        means = np.array([np.mean(values) for values in rewards])
        naive.append(means.max() - truth[means.argmax()])
        ours.append(found.mean[found.winner] - truth[found.winner])
    assert 0.82 < np.mean(held) < 0.98
    assert abs(np.mean(ours)) < 0.4 + 0.2 * np.mean(naive)
