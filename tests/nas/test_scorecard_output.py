import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nas.errors import UsageError
from nas.scorecard_output import check_outputs
from tests.nas.test_cli_scorecard import SMALL


def scorecard(*words: str, after: str) -> subprocess.CompletedProcess[str]:
    """In a shell, which can close descriptors and lead them to a full device."""
    code = f"exec {sys.executable} -m nas.cli scorecard {' '.join([*SMALL, *words])} {after}"
    return subprocess.run(["bash", "-c", code], capture_output=True, text=True, timeout=60)


def test_a_closed_standard_output_is_said_before_the_work() -> None:
    done = scorecard(after=">&-")
    assert done.returncode == 2
    assert done.stderr == "nas: standard output is closed: give --output FILE, if it has one\n"


def test_a_closed_standard_output_is_no_harm_where_a_file_is_named(tmp_path: Path) -> None:
    done = scorecard("--output", str(tmp_path / "card.json"), after=">&-")
    assert done.returncode == 0
    assert json.loads((tmp_path / "card.json").read_text())


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_full_standard_output_is_one_line_with_a_way_out(form: str) -> None:
    done = scorecard("--format", form, after=">/dev/full")
    assert done.returncode == 2
    said = [line for line in done.stderr.splitlines() if not line.startswith("scorecard:")]
    assert said == [
        "nas: standard output cannot be written: No space left on device: --output FILE keeps it"
    ]


def test_a_full_standard_error_is_no_harm() -> None:
    done = scorecard("--format", "json", after="2>/dev/full")
    assert done.returncode == 0
    assert json.loads(done.stdout)


def test_a_closed_standard_error_leaves_the_output_as_it_is() -> None:
    done = scorecard("--format", "json", after="2>&-")
    assert done.returncode == 0
    assert json.loads(done.stdout)


def test_two_names_of_one_file_are_refused(tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    first.touch()
    second.hardlink_to(first)
    with pytest.raises(UsageError, match="are one file: give two"):
        check_outputs(str(first), str(second))


def test_the_users_ctrl_c_still_ends_it_with_130() -> None:
    words = ["--controllers", "random", "--landscapes", "flat", "--seeds", "5"]
    process = subprocess.Popen(
        [sys.executable, "-m", "nas.cli", "scorecard", *words, "--budget", "3000"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "scorecard: 1 of 10 runs\n"
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert error.endswith("nas: interrupted\n")
