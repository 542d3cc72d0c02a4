from pathlib import Path

from results import FailureKind, Outcome, TrialStore, failure_kinds
from tests.results.runs import make_run, scored, trial

FAILURES = (
    (FailureKind.CRASHED, "no: such file"),
    (FailureKind.DIVERGED, "the loss is nan at step 3"),
    (FailureKind.DIVERGED, "the gradient is inf"),
    (FailureKind.DIVERGED, "the loss is nan at step 17"),
)


def test_kinds_come_with_shares_and_their_commonest_message_but_for_its_numbers(
    tmp_path: Path,
) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number, failure in enumerate(FAILURES):
            store.propose(trial(number))
            store.finish(number, Outcome.failed(*failure), None)
        store.propose(trial(4))
        store.finish(4, scored(0.5), 0.5)
        store.propose(trial(5))  # has not ended
    rows = failure_kinds(tmp_path).to_numpy().tolist()
    assert rows == [
        ["diverged", 3, 0.6, "the loss is nan at step 3", 2, 1],
        ["crashed", 1, 0.2, "no: such file", 1, 0],
    ]


def test_a_run_without_failures_has_no_rows(tmp_path: Path) -> None:
    assert len(failure_kinds(make_run(tmp_path, [0.1]))) == 0
