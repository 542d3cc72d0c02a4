"""`nas replay` and `nas resume --retry`, as they are typed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nas.cli import main
from nas.failed_kinds import failed_kinds
from nas.run_directory import DOCTOR
from results import FailureKind, TrialStore
from tests.nas.analytic_runs import search, trials
from tests.results.edited import edited

Printed = pytest.CaptureFixture[str]
KINDS = [FailureKind.CRASHED, FailureKind.OUT_OF_MEMORY, FailureKind.OUT_OF_MEMORY]


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine candidates, three of which have failed."""
    directory = tmp_path_factory.mktemp("replay") / "run"
    assert search(directory, "--trials", "9", "--controller", "random") == 0
    with edited(directory / "run.sqlite") as connection:
        for number, kind in zip((6, 7, 8), KINDS, strict=True):
            connection.execute(
                "UPDATE trials SET status = 'failed', reward = NULL, failure_message = 'no', "
                "failure_kind = ?, metrics = '{}' WHERE number = ?",
                (kind.value, number),
            )
    return directory


@pytest.fixture
def run(finished_run: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(finished_run, tmp_path / "run")
    return tmp_path / "run"


def failures(run: Path) -> list[str]:
    with TrialStore.open_read_only(run) as store:
        return [str(trial.failure) for trial in store.failed()]


def test_a_replay_counts_what_it_derived_again(run: Path, capsys: Printed) -> None:
    capsys.readouterr()
    assert main(["replay", str(run)]) == 0
    out = capsys.readouterr().out
    assert out == "18 events replayed: 9 proposals, 9 observations; 0 differences\n"


def test_the_first_difference_is_named(run: Path, capsys: Printed) -> None:
    with TrialStore.open_read_only(run) as store:
        third, last = store.trial(3), store.trial(8)
    with edited(run / "run.sqlite") as connection:
        connection.execute(
            "UPDATE trials SET (key, architecture) = (SELECT key, architecture FROM trials WHERE "
            "number = 8) WHERE number = 3"
        )
    assert main(["replay", str(run)]) == 2
    error = capsys.readouterr().err
    assert f"event 7 proposed trial 3 ({last.key[:8]}), but the controller now pro" in error
    assert f"proposes {third.key[:8]}: " in error


def test_a_replay_of_a_doctors_run_says_that_no_controller_had_a_say(
    tmp_path: Path, capsys: Printed
) -> None:
    TrialStore.create(tmp_path / "run", {DOCTOR: "{}"}).close()
    assert main(["replay", str(tmp_path / "run")]) == 2
    assert "is a run of `nas doctor`: that command, typed again, goes on" in capsys.readouterr().err


def test_a_replay_changes_nothing_and_needs_no_torch(run: Path) -> None:
    before = (run / "run.sqlite").read_bytes()
    script = (
        "import sys; from nas.cli import main; code = main(sys.argv[1:]);"
        "sys.exit(code or 10 * ('torch' in sys.modules or 'ray' in sys.modules))"
    )
    command = [sys.executable, "-c", script, "replay", str(run)]
    assert subprocess.run(command, check=False).returncode == 0
    assert (run / "run.sqlite").read_bytes() == before


def test_a_run_is_replayed_while_it_is_written(run: Path, capsys: Printed) -> None:
    with TrialStore.open(run) as store:
        store.reopen(6)
        assert main(["replay", str(run)]) == 0
    assert "9 observations, 1 retry; 0 differences" in capsys.readouterr().out


def test_all_that_failed_is_tried_again_and_counted(run: Path, capsys: Printed) -> None:
    assert main(["resume", str(run), "--retry", "failed"]) == 0
    assert "retry: 3 failed trials reopened\n" in capsys.readouterr().out
    assert failures(run) == []
    assert len(trials(run, capsys)) == 9
    assert main(["replay", str(run)]) == 0
    assert "12 observations, 3 retries; 0 diff" in capsys.readouterr().out


def test_only_the_kinds_that_are_named_are_tried_again(run: Path, capsys: Printed) -> None:
    assert main(["resume", str(run), "--retry", "failed:oom"]) == 0
    assert "retry: 2 failed trials reopened\n" in capsys.readouterr().out
    assert failures(run) == ["crashed: no"]


def test_a_retry_may_come_with_a_larger_budget(run: Path, capsys: Printed) -> None:
    assert main(["resume", str(run), "--retry", "failed:crashed", "--trials", "10"]) == 0
    assert "retry: 1 failed trial reopened\n" in capsys.readouterr().out
    assert len(trials(run, capsys)) == 10
    assert len(failures(run)) == 2


@pytest.mark.parametrize("text", ["failed:omm", "crashes", "failed:", "", "failed:oom,"])
def test_an_unknown_kind_is_refused_before_anything_is_done(
    run: Path, capsys: Printed, text: str
) -> None:
    assert main(["resume", str(run), "--retry", text]) == 2
    error = capsys.readouterr().err
    assert f"--retry {text}: " in error
    assert "no kind of failure: " in error
    assert error.count("\n") == 1
    assert len(failures(run)) == 3


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("failed", set(FailureKind)),
        ("failed:oom", {FailureKind.OUT_OF_MEMORY}),
        ("failed:out_of_memory,time_limit", {FailureKind.OUT_OF_MEMORY, FailureKind.TIME_LIMIT}),
        ("failed:crashed,failed:node_lost", {FailureKind.CRASHED, FailureKind.NODE_LOST}),
    ],
)
def test_kinds_are_separated_by_commas(text: str, kinds: set[FailureKind]) -> None:
    assert failed_kinds(text) == kinds


def test_a_second_driver_is_refused_in_one_line(run: Path, capsys: Printed) -> None:
    with TrialStore.open(run):
        assert main(["resume", str(run)]) == 2
    error = capsys.readouterr().err
    assert "is being written by process" in error
    assert error.count("\n") == 1
    assert main(["resume", str(run)]) == 0
