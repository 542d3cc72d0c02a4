"""Real signals to real processes."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nas.cli import main
from tests.nas.analytic_runs import FAST, trials

SLOW = ["--task.options.seconds", "0.2", "--trials", "12"]
ON_RAY = ["smoke", "--task.name", "analytic", *SLOW]
BOUND = 10  # seconds in which a command ends, promised


@contextmanager
def started(*words: str, until: str) -> Iterator[subprocess.Popen[str]]:
    """`nas`, once it has printed a line with `until` in it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nas.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with process:
        assert process.stdout is not None
        assert any(until in line for line in process.stdout)
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("words", "until", "number", "code"),
    [
        pytest.param([*FAST, *SLOW], "reward", signal.SIGINT, 130, id="local"),
        pytest.param(
            ON_RAY, "run directory", signal.SIGINT, 130, id="ray-starts", marks=pytest.mark.ray
        ),
        pytest.param(ON_RAY, "reward", signal.SIGTERM, 143, id="ray-trains", marks=pytest.mark.ray),
    ],
)
def test_a_signal_ends_a_search_that_can_be_gone_on_with(
    words: list[str],
    until: str,
    number: signal.Signals,
    code: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    directory = tmp_path / "run"
    with started("search", *words, "--run-dir", str(directory), until=until) as process:
        process.send_signal(number)
        said, _ = process.communicate(timeout=BOUND)
    assert process.returncode == code
    assert said.endswith(f"nas: interrupted: `nas resume {directory}` goes on\n")
    assert "Traceback" not in said
    found = trials(directory, capsys)
    assert {trial["status"] for trial in found} <= {"running", "completed"}
    if until == "reward":
        assert "completed" in {trial["status"] for trial in found}


def test_a_search_goes_on_after_a_signal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "run"
    with started("search", *FAST, *SLOW, "--run-dir", str(directory), until="reward") as process:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=BOUND)
    before = [trial for trial in trials(directory, capsys) if trial["status"] == "completed"]
    assert main(["resume", str(directory)]) == 0
    after = trials(directory, capsys)
    assert [trial["status"] for trial in after] == ["completed"] * 12
    assert all(trial in after for trial in before)


def test_a_signal_ends_the_doctor(tmp_path: Path) -> None:
    words = ["doctor", *FAST, *SLOW[:2], "--run-dir", str(tmp_path / "run")]
    with started(*words, until="reward") as process:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=BOUND)
    assert process.returncode == 143
    assert said.endswith("nas: interrupted: the same command goes on\n")


def test_a_second_signal_ends_what_holds_out_against_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "run"
    task = ["--task.name", "tests.nas.stubborn_tasks:Endless", "--run-dir", str(directory)]
    with started("search", "smoke", "--pump", "local", *task, until="training") as process:
        assert process.stdout is not None
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "refused\n"
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=BOUND)
    assert process.returncode == 130
    assert said.endswith(f"nas: interrupted: `nas resume {directory}` goes on\n")
    assert [trial["status"] for trial in trials(directory, capsys)] == ["running"]


def test_one_signal_ends_what_holds_out_in_time() -> None:
    program = """
import signal
from nas import interruption
interruption.GRACE_SECONDS = 0.1
with interruption.stoppable("type it again"):
    while True:
        try:
            print("begun", flush=True)
            signal.pause()
        except BaseException:
            pass
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=BOUND)
    assert process.returncode == 143
    assert said == "\nnas: interrupted: type it again\n"


def ended(program: str, number: signal.Signals) -> subprocess.CompletedProcess[str]:
    """A program of Python's that got a signal after its first line."""
    words = [sys.executable, "-c", program]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        said, errors = process.communicate(timeout=BOUND)
    return subprocess.CompletedProcess(words, process.returncode, said, errors)


def test_one_signal_ends_a_call_of_c_that_does_not_return() -> None:
    program = """
import ctypes
from nas import interruption
interruption.GRACE_SECONDS = 0.1
lock = ctypes.CDLL(None).pthread_mutex_lock
mutex = ctypes.create_string_buffer(128)
with interruption.stoppable("type it again"):
    lock(mutex)
    while True:
        try:
            print("begun", flush=True)
            lock(mutex)
        except KeyboardInterrupt:  # it came before the call
            pass
"""
    done = ended(program, signal.SIGTERM)
    assert done.returncode == 143
    assert done.stderr == "\nnas: interrupted: type it again\n"


HELD = """
import time
from nas.interruption import stoppable
step = 4
with stoppable(lambda: f"behind step {step}") as stop:
    with stop.held() as asked:
        print("begun", flush=True)
        while not asked() or ENDLESS:
            time.sleep(0.01)
        step = 5
        print("written", flush=True)
    print("not reached")
"""


def test_a_signal_that_is_held_ends_what_it_may_end() -> None:
    done = ended(f"ENDLESS = False{HELD}", signal.SIGTERM)
    assert done.stdout == "written\n"
    assert done.stderr.endswith("nas.interruption.Interrupted: behind step 5\n")


def test_a_second_signal_ends_at_once_what_is_held() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", f"ENDLESS = True{HELD}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=1)
    assert process.returncode == 130
    assert said == "\nnas: interrupted: behind step 4\n"


def test_a_signal_to_a_forked_child_is_not_for_its_parent() -> None:
    program = """
import os, signal, time
from nas import interruption
interruption.GRACE_SECONDS = 0.0
with interruption.stoppable("type it again"):
    child = os.fork()
    if not child:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(5))
        print("begun", flush=True)
        while True:
            signal.pause()
    os.write(1, f"{child}\\n".encode())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
    time.sleep(0.2)  # in which the watch could strike
print("on")
"""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", program], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = {process.stdout.readline(), process.stdout.readline()} - {"begun\n"}
        os.kill(int(lines.pop()), signal.SIGTERM)
        said, _ = process.communicate(timeout=BOUND)
    assert (process.returncode, said) == (0, "on\n")


def test_an_abort_at_the_interpreters_end_does_not_change_the_exit_code() -> None:
    program = """
import atexit, os, ray, sys
from nas import cli
from nas.interruption import stoppable
atexit.register(os.abort)
def wait(words):
    with stoppable("type it again"):
        print("begun", flush=True)
        while True:
            pass
cli._run = wait
sys.exit(cli.main())
"""
    assert ended(program, signal.SIGTERM).returncode == 143


def test_a_terminal_that_closes_ends_a_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "run"
    ours, theirs = pty.openpty()
    program = (
        "import fcntl, signal, sys, termios; signal.signal(signal.SIGHUP, signal.SIG_DFL); "
        "fcntl.ioctl(0, termios.TIOCSCTTY, 0); from nas.cli import main; sys.exit(main())"
    )
    words = ["search", *FAST, *SLOW, "--run-dir", str(directory)]
    with subprocess.Popen(
        [sys.executable, "-c", program, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = b""
        while b"reward" not in shown:
            shown += os.read(ours, 4096)
        os.close(ours)
        assert process.wait(BOUND) == 129
    assert "completed" in {trial["status"] for trial in trials(directory, capsys)}


def test_a_hangup_that_is_ignored_stays_ignored() -> None:
    program = """
import os, signal
from nas.interruption import stoppable
signal.signal(signal.SIGHUP, signal.SIG_IGN)
with stoppable("type it again"):
    os.kill(os.getpid(), signal.SIGHUP)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
