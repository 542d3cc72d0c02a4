import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from results import (
    Event,
    FailureKind,
    InvalidTrial,
    Outcome,
    StoreInaccessible,
    TrialStatus,
    TrialStore,
    UnknownTrial,
)
from tests.results.runs import FIDELITY, architecture, make_run, scored, trial


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TrialStore]:
    with TrialStore.create(tmp_path / "run", {"seed": "7"}) as store:
        yield store


def test_a_proposal_comes_back_as_it_was(store: TrialStore) -> None:
    store.propose(trial(0))
    assert store.trial(0) == trial(0)
    assert store.running() == [trial(0)]


def test_a_trial_without_genotype_comes_back_without(store: TrialStore) -> None:
    store.propose(replace(trial(0), genotype=None))
    assert store.trial(0).genotype is None


def test_genotypes_are_given_by_number_in_batches_of_any_size(
    store: TrialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("results.trial_queries.BATCH", 2)
    wanted = {0: (0,), 1: None, 3: (3, 1), 4: (4,)}
    for number, genotype in wanted.items():
        store.propose(replace(trial(number), genotype=genotype))
    assert store.genotypes() == wanted


def test_a_result_comes_back_as_it_was(store: TrialStore) -> None:
    store.propose(trial(0))
    done = store.finish(0, scored(0.1 + 0.2), 0.1 + 0.2)
    assert store.trial(0) == done
    assert done.reward == 0.1 + 0.2
    assert store.running() == []


def test_a_failure_comes_back_as_it_was(store: TrialStore) -> None:
    store.propose(trial(0))
    outcome = Outcome.failed(FailureKind.OUT_OF_MEMORY, "12 GB asked for — 8 GB there")
    assert store.finish(0, outcome, None).failure == outcome.failure == store.trial(0).failure


def test_a_second_result_changes_nothing(store: TrialStore) -> None:
    store.propose(trial(0))
    first = store.finish(0, scored(0.5), 0.5)
    assert store.finish(0, scored(0.9), 0.9) == first
    assert store.finish(0, Outcome.failed(FailureKind.CRASHED, "late"), None) == first
    assert [event.kind for event in store.events()] == ["propose", "observe"]


def test_the_journal_keeps_the_order_of_everything(store: TrialStore) -> None:
    store.propose(trial(0))
    store.propose(trial(1))
    store.finish(1, scored(0.5), 0.5)
    store.duplicate(1)
    store.finish(0, scored(0.4), 0.4)
    assert list(store.events()) == [
        Event(1, "propose", 0),
        Event(2, "propose", 1),
        Event(3, "observe", 1),
        Event(4, "duplicate", 1),
        Event(5, "observe", 0),
    ]
    assert list(store.events(after=4)) == [Event(5, "observe", 0)]


def test_a_taken_number_is_refused_and_leaves_no_event(store: TrialStore) -> None:
    store.propose(trial(0))
    with pytest.raises(InvalidTrial, match=r"trial 0 is in .* already"):
        store.propose(replace(trial(1), number=0))
    assert (store.trials(), len(list(store.events()))) == ([trial(0)], 1)


def test_a_finished_trial_is_no_proposal(store: TrialStore) -> None:
    with pytest.raises(InvalidTrial, match="propose running ones only"):
        store.propose(trial(0).finish(scored(0.5), 0.5, 1.8e9))


def test_a_reward_that_is_refused_leaves_the_trial_running(store: TrialStore) -> None:
    store.propose(trial(0))
    with pytest.raises(InvalidTrial):
        store.finish(0, scored(0.5), math.nan)
    assert store.running() == [trial(0)]
    assert store.finish(0, scored(0.5), 0.5).reward == 0.5


@pytest.mark.parametrize("act", ["finish", "duplicate", "trial"])
def test_an_unknown_number_is_refused_with_those_that_there_are(
    store: TrialStore, act: str
) -> None:
    store.propose(trial(0))
    store.propose(trial(1))
    arguments = (7, scored(0.5), 0.5) if act == "finish" else (7,)
    with pytest.raises(UnknownTrial, match=r"trial 7 is not in .*: it has 2 trials, 0 to 1$"):
        getattr(store, act)(*arguments)
    assert len(list(store.events())) == 2


def test_an_architecture_is_found_by_key_and_fidelity(store: TrialStore) -> None:
    store.propose(trial(0))
    assert store.find(trial(0).key, FIDELITY) == trial(0)
    assert store.find(trial(0).key, '{"steps":400}') is None
    assert store.find(trial(1).key, FIDELITY) is None


def test_the_evaluation_that_knows_most_is_found(store: TrialStore) -> None:
    same = [replace(trial(0), number=number) for number in range(4)]
    for each in same:
        store.propose(each)
    store.finish(0, Outcome.failed(FailureKind.WORKER_LOST, "gone"), None)
    found = [store.find(trial(0).key, FIDELITY)]
    store.finish(3, scored(0.2), 0.2)
    found.append(store.find(trial(0).key, FIDELITY))
    assert [each and each.number for each in found] == [1, 3]


def test_the_best_is_the_first_of_the_largest_rewards(store: TrialStore) -> None:
    assert store.best() is None
    for number, reward in enumerate([-0.5, 0.3, 0.3, None]):
        store.propose(trial(number))
        store.finish(number, scored(0.9), reward)
    best = store.best()
    assert best is not None
    assert best.number == 1


def test_trials_are_counted_by_status(store: TrialStore) -> None:
    for number in range(3):
        store.propose(trial(number))
    store.finish(2, scored(0.1), 0.1)
    assert store.count() == 3
    assert [store.count(status) for status in TrialStatus] == [2, 1, 0]


def test_meta_is_kept_and_replaced(store: TrialStore) -> None:
    store.set_meta("config", "a = 1\n")
    store.set_meta("config", "a = 2\n")
    assert store.meta() == {"seed": "7", "config": "a = 2\n"}


def test_a_run_goes_on_where_it_was_closed(tmp_path: Path) -> None:
    make_run(tmp_path, [0.1, 0.2])
    with TrialStore.open(tmp_path) as store:
        store.propose(trial(2))
    with TrialStore.open(tmp_path / "run.sqlite") as store:
        assert [each.number for each in store.trials()] == [0, 1, 2]
        assert [event.seq for event in store.events()] == [1, 2, 3, 4, 5]


def test_a_closed_run_is_one_file_and_its_lock(tmp_path: Path) -> None:
    make_run(tmp_path, [0.1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.sqlite", "run.sqlite-lock"]


def test_a_commit_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    full = 2  # sqlite.org/pragma.html#pragma_synchronous
    for opened in (TrialStore.create(tmp_path, {}), TrialStore.open):
        with opened if isinstance(opened, TrialStore) else opened(tmp_path) as store:
            assert store._connection.execute("PRAGMA synchronous").fetchone() == (full,)
            assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_reader_does_not_write(tmp_path: Path) -> None:
    make_run(tmp_path, [0.1])
    with (
        TrialStore.open_read_only(tmp_path) as reader,
        pytest.raises(StoreInaccessible, match=r"use TrialStore\.open"),
    ):
        reader.set_meta("a", "b")


def test_architectures_come_by_number_and_a_missing_one_is_named(tmp_path: Path) -> None:
    path = make_run(tmp_path, [0.1] * 3)
    with TrialStore.open_read_only(path) as store:
        assert store.architectures([2, 0, 2]) == {0: architecture(0), 2: architecture(2)}
        with pytest.raises(UnknownTrial, match="trial 7 "):
            store.architectures([1, 7])
