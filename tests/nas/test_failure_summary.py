from dataclasses import replace
from pathlib import Path

from nas.failure_summary import counted, failure_line
from results import Failure, FailureKind, Outcome, TrialStatus, TrialStore
from results.imported_trial import ImportedTrial
from tests.nas.conftest import OpenStudy
from tests.nas.test_crash_watch import RUNNING

LOST = Failure(FailureKind.WORKER_LOST, "gone")


def test_a_run_without_failures_says_nothing(open_study: OpenStudy) -> None:
    study = open_study()
    for _ in range(3):
        trial = study.ask()
        assert trial is not None
        study.tell(trial.number, Outcome.success({"AP": 0.5}))
    assert failure_line(study.store) is None


def test_failures_are_counted_apart_from_attempts_that_were_tried_again(
    open_study: OpenStudy,
) -> None:
    study = open_study()
    trials = [trial for _ in range(5) if (trial := study.ask()) is not None]
    for trial in trials[:3]:
        study.tell(trial.number, Outcome.failed(FailureKind.DIVERGED, "nan"))
    study.tell(trials[3].number, Outcome.failed(FailureKind.TIME_LIMIT, "long"))
    study.lose(trials[4].number, LOST)
    study.lose(trials[4].number, LOST)
    assert failure_line(study.store) == (
        "failures: 3 diverged, 1 time_limit; 2 attempts lost with their workers and tried again"
    )


def test_the_loss_that_a_trial_failed_with_was_not_tried_again(open_study: OpenStudy) -> None:
    study = open_study(attempts=2)
    trial = study.ask()
    assert trial is not None
    study.lose(trial.number, LOST)
    study.lose(trial.number, LOST)
    assert failure_line(study.store) == (
        "failures: 1 worker_lost; 1 attempt lost with its worker and tried again"
    )


def test_a_failure_that_was_taken_over_hides_no_attempt(tmp_path: Path) -> None:
    """It came without the losses that it was the last of."""
    failed = replace(RUNNING, status=TrialStatus.FAILED, failure=LOST, finished=1.0)
    later = replace(RUNNING, number=1)
    with TrialStore.create(tmp_path, {}, imported=[ImportedTrial(failed, "trial 0 of a")]) as store:
        assert failure_line(store) == "failures: 1 worker_lost"
        store.propose(later)
        store.lose(1, LOST)
        assert failure_line(store) == (
            "failures: 1 worker_lost; 1 attempt lost with its worker and tried again"
        )


def test_the_most_frequent_kind_comes_first() -> None:
    found = {FailureKind.CRASHED: 1, FailureKind.DIVERGED: 4}
    assert counted(found) == "4 diverged, 1 crashed"
