from collections.abc import Iterator
from pathlib import Path

import pytest

from nas.cli import main
from nas.crash_watch import until_too_many_crash
from nas.errors import TooManyCrashes
from results import FailureKind, Outcome, Trial
from search_space import SPINENET_49
from tests.nas.analytic_runs import trials

RUNNING = Trial(
    number=0,
    genotype=None,
    architecture=SPINENET_49,
    fidelity="{}",
    seed=0,
    started=0.0,
    metrics={},
)
KINDS = {
    "c": FailureKind.CRASHED,
    "d": FailureKind.DATA_ERROR,
    "n": FailureKind.DIVERGED,
    "w": FailureKind.WORKER_LOST,
    "g": FailureKind.NODE_LOST,
    "t": FailureKind.TIME_LIMIT,
}


def ended(letters: str) -> Iterator[Trial]:
    """A trial a letter: a kind of failure by its initial, or `.` for a success."""
    for letter in letters:
        if letter == ".":
            yield RUNNING.finish(Outcome.success({"AP": 0.5}), 0.5, 1.0)
        else:
            yield RUNNING.finish(Outcome.failed(KINDS[letter], f"message {letter}"), None, 1.0)


@pytest.mark.parametrize(
    ("letters", "handed_on"),
    [("cc", 2), ("c.d", 3), (".." * 9 + "c.c...", 21), ("cd" * 9, 2), ("w.w", 3)],
)
def test_a_share_of_crashes_stops_the_search(letters: str, handed_on: int) -> None:
    """Two of the latest four, as soon as they are there."""
    seen = []
    with pytest.raises(TooManyCrashes):
        seen.extend(until_too_many_crash(ended(letters), 0.5, 4))
    assert len(seen) <= handed_on


@pytest.mark.parametrize("letters", ["nnnnnnn", "gtgtgtg", "c...c...c", "........"])
def test_what_candidates_and_machines_do_by_themselves_stops_nothing(letters: str) -> None:
    assert len(list(until_too_many_crash(ended(letters), 0.5, 4))) == len(letters)


def test_no_share_stops_nothing() -> None:
    assert len(list(until_too_many_crash(ended("c" * 30), 0, 4))) == 30


def test_the_line_says_what_failed_how_often_and_with_what() -> None:
    with pytest.raises(TooManyCrashes) as stopped:
        list(until_too_many_crash(ended(".ccdc"), 0.8, 5))
    line = str(stopped.value)
    assert "4 of the latest 5 trials failed (3 crashed, 1 data_error)" in line
    assert "3 of them with 'message c'" in line
    assert "--retry failed:crashed,data_error" in line


def test_a_search_with_a_bug_ends_in_a_line_and_can_be_gone_on_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "run"
    broken = ["--task.name", "tests.nas.stubborn_tasks:Broken", "--trials", "40"]
    words = ["smoke", "--pump", "local", *broken, "--run-dir", str(directory)]
    assert main(["search", *words, "--failures.stop_share", "0.3"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "ZeroDivisionError: a bug" in error
    assert main(["resume", str(directory)]) == 2  # the bug is still there
    statuses = [trial["status"] for trial in trials(directory, capsys)]
    assert 6 < statuses.count("failed") <= 12 + 20
