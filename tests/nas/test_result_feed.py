from pathlib import Path

import pytest

from nas.result_feed import ResultFeed
from results import FailureKind, Outcome, TrialStore
from tests.results.runs import FIDELITY, scored, trial

PART = '{"image_size":64,"steps":200,"stop_step":50}'


def told(feed: ResultFeed) -> list[tuple[int, int, float | None]]:
    return [(one.place, one.trial.number, one.best) for one in feed.new()]


def test_results_come_in_the_order_of_the_journal_once_each(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        feed = ResultFeed(store, lambda place: False)
        for number in range(3):
            store.propose(trial(number))
        store.finish(2, scored(0.2), 0.2)
        store.finish(0, scored(0.1), 0.1)
        assert told(feed) == [(1, 2, 0.2), (2, 0, 0.2)]
        assert told(feed) == []
        store.finish(1, scored(0.3), 0.3)
        assert told(feed) == [(3, 1, 0.3)]


def test_what_is_known_is_not_told_but_counts_for_the_best(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number, reward in enumerate((0.9, 0.1, 0.2)):
            store.propose(trial(number))
            store.finish(number, scored(reward), reward)
        assert told(ResultFeed(store, {1, 2}.__contains__)) == [(3, 2, 0.9)]


def test_a_failure_that_was_tried_again_is_told_with_its_last_result(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0))
        store.finish(0, Outcome.failed(FailureKind.DIVERGED, "step 7"), None)
        seen = ResultFeed(store, lambda place: False)
        assert told(seen) == [(1, 0, None)]
        store.reopen(0)
        assert told(ResultFeed(store, lambda place: False)) == []
        store.finish(0, scored(0.4), 0.4)
        fresh = ResultFeed(store, lambda place: False)
        assert told(fresh) == told(seen) == [(2, 0, 0.4)]


def test_the_reward_of_a_part_of_a_training_has_a_name_of_its_own(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number, (fidelity, reward) in enumerate([(PART, 0.9), (FIDELITY, 0.3)]):
            store.propose(trial(number, fidelity))
            store.finish(number, scored(reward), reward)
        part, whole = ResultFeed(store, lambda place: False).new()
    assert part.numbers["reward_at_step_50"] == 0.9
    assert "reward" not in part.numbers
    assert "best_reward" not in part.numbers
    assert (whole.numbers["reward"], whole.numbers["best_reward"]) == (0.3, 0.3)


def test_a_failure_is_told_with_its_kind_and_message(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0))
        store.finish(0, Outcome.failed(FailureKind.DIVERGED, "step 7"), None)
        (result,) = ResultFeed(store, lambda place: False).new()
    assert (result.texts["failure"], result.texts["message"]) == ("diverged", "step 7")
    assert result.numbers == pytest.approx({"trial": 0, "params": 100, "madds": 10**10})
