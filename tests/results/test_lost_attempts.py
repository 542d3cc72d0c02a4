"""Attempts that were lost, failures that are tried again, results taken over from other runs."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results import (
    Event,
    Failure,
    FailureKind,
    InvalidTrial,
    Outcome,
    StoreDamaged,
    StoreInaccessible,
    TrialStatus,
    TrialStore,
    UnknownTrial,
)
from results.event import metrics_before
from results.imported_trial import ImportedTrial
from tests.results.edited import edited
from tests.results.runs import make_run, scored, trial

GONE = Failure(FailureKind.WORKER_LOST, "killed by signal 9")
NO_MEMORY = Outcome.failed(FailureKind.OUT_OF_MEMORY, "2 GiB wanted")


def test_a_lost_attempt_leaves_its_trial_running_and_is_in_the_journal(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0))
        assert [store.lose(0, GONE), store.lose(0, GONE)] == [1, 2]
        assert store.running() == [trial(0)]
        assert list(store.events())[-1] == Event(3, "lost", 0, "worker_lost: killed by signal 9")


def test_losses_are_counted_over_a_restart_and_a_trial_at_a_time(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number in (0, 1):
            store.propose(trial(number))
            store.lose(number, GONE)
    with TrialStore.open(tmp_path) as store:
        assert (store.losses(0), store.lose(1, GONE)) == (1, 2)


def test_a_loss_behind_the_result_changes_nothing(tmp_path: Path) -> None:
    make_run(tmp_path, [0.5])
    with TrialStore.open(tmp_path) as store:
        assert store.lose(0, GONE) == 0
        assert [event.kind for event in store.events()] == ["propose", "observe"]
        with pytest.raises(UnknownTrial):
            store.lose(1, GONE)


def test_a_reopened_trial_is_as_it_was_before_it_failed(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0))
        store.lose(0, GONE)
        store.finish(0, NO_MEMORY, None)
        assert store.failed() == [store.trial(0)]
        assert store.reopen(0) == trial(0) == store.trial(0)
        event = list(store.events())[-1]
        assert json.loads(event.detail or "") == {
            "failure": "out_of_memory: 2 GiB wanted",
            "metrics": {"params": 100, "madds": 10**10},
        }
        assert metrics_before(event, tmp_path) == trial(0).metrics
        assert (store.losses(0), store.lose(0, GONE)) == (0, 1)
        assert store.finish(0, scored(0.5), 0.5).reward == 0.5


def test_a_trial_is_reopened_once(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0))
        store.finish(0, NO_MEMORY, None)
        assert store.reopen(0) == store.reopen(0)
        assert [event.kind for event in store.events()] == ["propose", "observe", "retry"]


def test_a_completed_trial_is_not_reopened(tmp_path: Path) -> None:
    make_run(tmp_path, [0.5])
    with TrialStore.open(tmp_path) as store:
        with pytest.raises(InvalidTrial, match="trial 0 is completed: reopen failed ones only"):
            store.reopen(0)
        assert store.trial(0).reward == 0.5
    with (
        TrialStore.open_read_only(tmp_path) as reader,
        pytest.raises(StoreInaccessible),
    ):
        reader.reopen(0)


@pytest.mark.parametrize(
    "detail", [None, "no", "[]", '{"metrics": 3}', '{"metrics": {"AP": "x"}}', "[" * 10**5]
)
def test_a_retry_that_says_nothing_of_before_is_damage(detail: str | None) -> None:
    with pytest.raises(StoreDamaged, match="event 4 does not say what trial 0 was"):
        metrics_before(Event(4, "retry", 0, detail), Path("run.sqlite"))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(["lose", "finish", "reopen"]), max_size=12))
def test_losses_are_those_since_the_last_reopening(steps: list[str]) -> None:
    """Against a count kept by hand."""
    lost, running = 0, True
    with TemporaryDirectory() as directory, TrialStore.create(Path(directory), {}) as store:
        store.propose(trial(0))
        for step in steps:
            if step == "lose":
                lost += running
                assert store.lose(0, GONE) == lost
            elif step == "finish":
                running = False
                store.finish(0, NO_MEMORY, None)
            else:
                lost = lost if running else 0
                running = True
                store.reopen(0)
        assert store.losses(0) == lost
        assert (store.trial(0).status is TrialStatus.RUNNING) == running


def finished(number: int, reward: float, continues: int | None = None) -> ImportedTrial:
    ended = replace(trial(number), continues=continues).finish(scored(reward), reward, 2e9)
    return ImportedTrial(ended, f"trial {number} of elsewhere")


def test_a_run_begins_with_what_it_takes_over_in_that_order(tmp_path: Path) -> None:
    taken = [finished(4, 0.5), finished(2, 0.7), finished(6, 0.9, continues=4)]
    with TrialStore.create(tmp_path, {}, imported=taken) as store:
        assert store.trials() == [taken[1].trial, taken[0].trial, taken[2].trial]
        assert list(store.events()) == [
            Event(place, "import", one.trial.number, one.source)
            for place, one in enumerate(taken, 1)
        ]
        assert (store.count(), store.next_number(), store.candidates(ended=True)) == (3, 7, 2)
        assert store.finished() == [one.trial for one in taken]


@pytest.mark.parametrize(
    "wrong", [[finished(2, 0.5), finished(2, 0.5)], [finished(2, 0.5, continues=1)]]
)
def test_a_run_that_cannot_take_all_over_is_not_made(
    tmp_path: Path, wrong: list[ImportedTrial]
) -> None:
    with pytest.raises(InvalidTrial, match="trial 2 of elsewhere cannot be trial 2"):
        TrialStore.create(tmp_path, {}, imported=wrong)
    assert not (tmp_path / "run.sqlite").exists()
    TrialStore.create(tmp_path, {}).close()


def test_a_running_trial_is_not_taken_over() -> None:
    with pytest.raises(InvalidTrial, match="elsewhere is running: take over finished"):
        ImportedTrial(trial(0), "trial 0 of elsewhere")


@pytest.mark.parametrize("name", ["a\nb", "a\x1bb", "a\udcffb"])
def test_a_run_of_any_file_name_is_taken_over_from(tmp_path: Path, name: str) -> None:
    taken = [replace(finished(2, 0.5), source=f"trial 2 of {name}")]
    with TrialStore.create(tmp_path, {}, imported=taken) as store:
        (event,) = store.events()
    assert event.detail == f"trial 2 of {name}".encode("unicode_escape").decode()


def test_finished_trials_are_in_the_order_of_their_results(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number in range(4):
            store.propose(trial(number))
        store.finish(2, NO_MEMORY, None)
        for number in (1, 0):
            store.finish(number, scored(0.5), 0.5)
        store.reopen(2)
        assert [one.number for one in store.finished()] == [1, 0]
        store.finish(2, scored(0.5), 0.5)
        assert [one.number for one in store.finished()] == [1, 0, 2]


def test_finished_trials_are_those_of_one_moment(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as writer, TrialStore.open_read_only(tmp_path) as reader:
        writer.propose(trial(0))
        with reader.snapshot():
            assert reader.finished() == []
            writer.finish(0, scored(0.5), 0.5)
            assert reader.finished() == []
        assert reader.finished() == [writer.trial(0)]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ("DELETE FROM events WHERE seq = 4", "by its trials trial 1 has a result, by its journal"),
        (
            "DELETE FROM trials WHERE number = 1",
            "by its journal trial 1 has a result, by its trial",
        ),
        ("UPDATE events SET kind = 'lost' WHERE seq = 2", "by its trials trial 0 has a result"),
    ],
)
def test_a_result_that_the_journal_knows_otherwise_is_damage(
    tmp_path: Path, edit: str, message: str
) -> None:
    with edited(make_run(tmp_path, [0.5, 0.6])) as connection:
        connection.execute(edit)
    with (
        TrialStore.open_read_only(tmp_path) as store,
        pytest.raises(StoreDamaged, match=message),
    ):
        store.finished()
