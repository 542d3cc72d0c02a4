"""What `nas rerank` leaves when its process ends, is asked twice, or its workers are Ray's."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nas.cli import main
from nas.config_source import override_config
from nas.rerank_run import race, rerank_config
from results import Trial, TrialStatus, TrialStore
from results.networks import RERANK
from tests.nas.analytic_runs import search

BUDGET = 8
ON_RAY = ["--pump", "ray", "--workers", "2"]
BOUND = 30  # seconds in which a command ends, far more than it takes


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Eight networks; a training of one takes 0.1 s."""
    options = ("--task.options.noise", "0.02", "--task.options.seconds", "0.1")
    search(tmp_path / "run", "--trials", "8", *options)
    capsys.readouterr()
    return tmp_path / "run"


@contextmanager
def started(run: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """`nas rerank` in a process of its own, once two trainings were reported."""
    words = [sys.executable, "-m", "nas.cli", "rerank", str(run), "--budget", str(BUDGET), *more]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    root = Path(__file__).parents[2]
    with subprocess.Popen(words, text=True, cwd=root, **pipes) as process:  # type: ignore[call-overload]
        reported = 0
        while reported < 2:
            reported += "reward" in process.stderr.readline()
        try:
            yield process
        finally:
            process.kill()


def trained(run: Path) -> dict[int, Trial]:
    """The trainings of the race that have ended, by number."""
    with TrialStore.open_read_only(run / RERANK) as store:
        trials = store.trials()
    return {one.number: one for one in trials if one.status is not TrialStatus.RUNNING}


def evaluations(run: Path) -> set[tuple[str, int]]:
    return {(trial.key, trial.seed) for trial in trained(run).values()}


@pytest.mark.parametrize(
    ("number", "code", "more"),
    [
        pytest.param(signal.SIGKILL, -9, [], id="kill"),
        pytest.param(signal.SIGINT, 130, [], id="interrupt"),
        pytest.param(signal.SIGTERM, 143, [], id="terminate"),
        pytest.param(signal.SIGKILL, -9, ON_RAY, id="kill-ray", marks=pytest.mark.ray),
    ],
)
def test_a_race_that_was_ended_goes_on_and_trains_nothing_twice(
    run: Path, number: signal.Signals, code: int, more: list[str]
) -> None:
    with started(run, *more) as process:
        process.send_signal(number)
        _, said = process.communicate(timeout=BOUND)
    assert process.returncode == code
    assert "Traceback" not in said
    assert said.endswith("nas: interrupted: the same command goes on\n") == (code > 0)
    before = trained(run)
    assert 2 <= len(before) < BUDGET
    assert main(["rerank", str(run), "--budget", str(BUDGET)]) == 0
    after = trained(run)
    assert len(after) == len(evaluations(run)) == BUDGET
    assert all(after[number] == trial for number, trial in before.items())


def test_a_race_that_was_killed_is_the_race_that_was_not(run: Path, tmp_path: Path) -> None:
    with started(run) as process:
        process.kill()
    for directory in (run, tmp_path / "whole"):
        if directory != run:
            directory.mkdir()
            (directory / "run.sqlite").write_bytes((run / "run.sqlite").read_bytes())
        assert main(["rerank", str(directory), "--budget", str(BUDGET)]) == 0
    assert evaluations(run) == evaluations(tmp_path / "whole")


def test_a_second_rerank_of_a_run_ends_in_one_line(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with started(run) as process:
        process.send_signal(signal.SIGSTOP)
        assert main(["rerank", str(run)]) == 2
        process.send_signal(signal.SIGCONT)
        said = capsys.readouterr().err
        assert f"{run / RERANK}/run.sqlite is being written by" in said
        assert said.count("\n") == 1
        assert process.wait(BOUND) == 0
    assert len(evaluations(run)) == BUDGET


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_two_workers_of_ray_train_as_many_networks_each_once(run: Path) -> None:
    overrides = {"search.pump": "ray", "search.workers": "2"}
    config = override_config(rerank_config(run).as_dict(), "config", overrides)
    with race(run, config, BUDGET) as (_, trials):
        assert len(list(trials)) == BUDGET
    found = trained(run)
    assert len(evaluations(run)) == BUDGET
    assert {trial.status for trial in found.values()} == {TrialStatus.COMPLETED}
    assert len({trial.key for trial in found.values()}) > 1
