from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results import FailureKind, Outcome, TrialStore, hypervolume, leaderboard, pareto_front
from results.errors import UnknownMetric
from tests.results.runs import trial

# Few values, so that ties in one and in both are common; None: failed, or not measured.
VALUE = st.one_of(st.none(), st.integers(0, 6))
TRIALS = st.lists(st.tuples(VALUE, VALUE), max_size=30)
POINTS = st.lists(st.tuples(st.integers(-2, 12), st.integers(0, 12)), max_size=30)


def frame(trials: list[tuple[int | None, int | None]]) -> pd.DataFrame:
    """A leaderboard with these rewards and latencies; without a reward a trial has failed."""
    rewards, latencies = [reward for reward, _ in trials], [latency for _, latency in trials]
    return pd.DataFrame(
        {
            "trial": pd.array(range(len(trials)), "Int64"),
            "reward": pd.array(rewards, "Float64"),
            "latency_ms": pd.array(latencies, "Float64"),
            "status": pd.array(
                ["failed" if reward is None else "completed" for reward in rewards], "string"
            ),
        }
    )


def beaten(trials: list[tuple[int | None, int | None]], i: int) -> bool:
    reward, cost = trials[i]
    assert reward is not None and cost is not None
    return any(
        r is not None and c is not None and r >= reward and c <= cost and (r, c) != (reward, cost)
        for r, c in trials
    )


@given(TRIALS)
def test_the_front_is_what_no_other_trial_dominates_by_ascending_cost(
    trials: list[tuple[int | None, int | None]],
) -> None:
    known = [i for i, (r, c) in enumerate(trials) if r is not None and c is not None]
    expected = [i for i in known if not beaten(trials, i)]
    found = pareto_front(frame(trials), "latency_ms")
    assert found["trial"].tolist() == sorted(expected, key=lambda i: (trials[i][1], i))


@given(TRIALS, st.randoms())
def test_the_order_of_the_leaderboard_does_not_matter(
    trials: list[tuple[int | None, int | None]], random: object
) -> None:
    board = frame(trials)
    shuffled = board.sample(frac=1, random_state=random.randrange(2**32))  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(
        pareto_front(shuffled, "latency_ms"), pareto_front(board, "latency_ms")
    )


def test_running_failed_and_infeasible_trials_are_on_no_front(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path / "run", {}) as store:
        for number in range(5):
            store.propose(trial(number))  # of 100 + number parameters
        store.finish(1, Outcome.failed(FailureKind.DIVERGED, "loss is nan, step 17"), None)
        store.finish(2, Outcome.success({"AP": 0.9}), None)
        store.finish(3, Outcome.success({"AP": 0.3}), 0.3)
        store.finish(4, Outcome.success({"AP": 0.4}), 0.4)
        assert pareto_front(leaderboard(store), "params")["trial"].tolist() == [3, 4]


def test_another_metric_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownMetric, match=r"'mads' to minimise .*: choose from latency_ms$"):
        pareto_front(frame([]), "mads")


def test_a_metric_that_should_be_large_is_refused() -> None:
    with pytest.raises(UnknownMetric, match="no metric 'AP50' to minimise"):
        pareto_front(frame([]).assign(AP50=pd.array([], "Float64")), "AP50")


def test_the_hypervolume_is_the_area_under_the_stairs() -> None:
    # By hand, reference (0, 10): (1, 2) covers 1 * 8, (3, 5) another 2 * 5, (4, 9) another 1 * 1.
    assert hypervolume([(3, 5), (1, 2), (4, 9)], (0.0, 10.0)) == 19.0


@given(POINTS)
def test_the_hypervolume_counts_the_cells_that_a_point_dominates(
    points: list[tuple[int, int]],
) -> None:
    cells = sum(
        any(reward >= r + 1 and cost <= c for reward, cost in points)
        for r in range(12)
        for c in range(9)
    )
    assert hypervolume(points, (0.0, 9.0)) == cells


def test_the_hypervolume_is_the_share_of_random_points_that_are_dominated() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(20, 2))
    drawn = rng.uniform(size=(20_000, 2))
    dominated = (points[:, None] >= drawn)[..., 0] & (points[:, None] <= drawn)[..., 1]
    share = dominated.any(axis=0).mean()
    # The share of 20,000 draws is known to 0.0035; 5 SD: false alarm 1 in a million (and fixed).
    assert hypervolume(points, (0.0, 1.0)) == pytest.approx(share, abs=0.0177)


@given(POINTS, POINTS)
def test_more_points_never_cover_less(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    reference = (0.0, 10.0)
    whole = hypervolume(first + second, reference)
    parts = hypervolume(first, reference), hypervolume(second, reference)
    assert max(parts) <= whole <= sum(parts)
