from dataclasses import replace
from pathlib import Path

import pandas as pd

from results import FailureKind, Outcome, TrialStore, best_so_far, leaderboard
from tests.results.runs import scored, trial
from tests.results.varied_run import make_varied_run

HALF = '{"steps":200,"stop_step":100}'


def test_results_are_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number in range(4):
            store.propose(trial(number))
        store.finish(2, scored(0.5), 0.5)
        store.finish(0, scored(0.25), 0.25)
        store.finish(3, Outcome.failed(FailureKind.DIVERGED, "nan"), None)
        store.finish(1, scored(0.75), 0.75)
        frame = best_so_far(store)
    assert frame["observed"].tolist() == [1, 2, 3, 4]
    assert frame["trial"].tolist() == [2, 0, 3, 1]
    assert frame["best_trial"].tolist() == [2, 2, 2, 1]
    assert frame["best"].tolist() == [0.5, 0.5, 0.5, 0.75]
    assert frame["reward"].isna().tolist() == [False, False, True, False]


def test_before_the_first_reward_there_is_no_best(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0))
        store.finish(0, Outcome.failed(FailureKind.DIVERGED, "nan"), None)
        frame = best_so_far(store)
    assert frame[["best_trial", "best_steps", "best"]].isna().all(axis=None)


def test_a_longer_training_is_the_best_whatever_its_reward(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0, HALF))
        store.finish(0, scored(0.5), 0.5)
        store.propose(replace(trial(0), number=1, continues=0))
        store.finish(1, scored(0.25), 0.25)
        frame = best_so_far(store)
    assert frame["best"].tolist() == [0.5, 0.25]
    assert frame["best_steps"].tolist() == [100, 200]


def test_a_trial_that_was_tried_again_counts_once_where_its_last_result_came(
    tmp_path: Path,
) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number in range(2):
            store.propose(trial(number))
        store.finish(0, Outcome.failed(FailureKind.OUT_OF_MEMORY, "no"), None)
        store.finish(1, scored(0.5), 0.5)
        store.reopen(0)
        assert best_so_far(store)["trial"].tolist() == [1]
        store.finish(0, scored(0.75), 0.75)
        assert best_so_far(store)["trial"].tolist() == [1, 0]


def test_the_best_in_the_end_is_the_first_of_the_leaderboard(tmp_path: Path) -> None:
    for seed in range(4):
        run = make_varied_run(tmp_path / str(seed), 40, seed)
        last = best_so_far(run).iloc[-1]
        first = leaderboard(run).iloc[0]
        assert (last["best_trial"], last["best"]) == (first["trial"], first["reward"])


def test_a_run_without_results_has_no_rows(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0))
        frame = best_so_far(store)
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) == 0
