"""What the command line leaves when the disk or the driver gives way."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nas.cli import main
from tests.nas.analytic_runs import FAST, trials


def test_a_full_disk_ends_in_one_line_and_loses_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit on the size of files stands in for a full disk: writes beyond it fail."""
    directory = tmp_path / "run"
    words = ["search", *FAST, "--run-dir", str(directory), "--trials", "60"]
    done = subprocess.run(
        [sys.executable, "-m", "nas.cli", *words],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000)),
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "the disk is full" in done.stderr
    before = {t["trial"]: t for t in trials(directory, capsys) if t["status"] == "completed"}
    assert 0 < len(before) < 60
    assert main(["resume", str(directory)]) == 0
    after = {t["trial"]: t for t in trials(directory, capsys)}
    assert len(after) == 60
    assert all(after[number] == trial for number, trial in before.items())


@pytest.mark.parametrize(
    ("preset", "budget", "before_the_kill"),
    [
        pytest.param([*FAST, "--task.options.seconds", "0.05"], 30, 8, id="local"),
        pytest.param(["smoke"], 6, 2, id="ray", marks=pytest.mark.ray),
    ],
)
def test_nothing_that_was_reported_is_lost_when_the_driver_is_killed(
    preset: list[str],
    budget: int,
    before_the_kill: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In this process, and with Ray workers that train detectors."""
    directory = tmp_path / "run"
    nas = [sys.executable, "-m", "nas.cli"]
    process = subprocess.Popen(
        [*nas, "search", *preset, "--trials", str(budget), "--run-dir", str(directory)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    reported: list[int] = []
    for line in process.stdout:
        if "reward" in line:
            reported.append(int(line.split()[2]))
        if len(reported) == before_the_kill:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    before = {t["trial"]: t for t in trials(directory, capsys) if t["status"] == "completed"}
    assert set(reported) <= before.keys()
    subprocess.run([*nas, "resume", str(directory)], check=True, stdout=subprocess.DEVNULL)
    after = {t["trial"]: t for t in trials(directory, capsys)}
    assert len(after) == budget
    assert all(trial["status"] == "completed" for trial in after.values())
    assert all(after[number] == trial for number, trial in before.items())
