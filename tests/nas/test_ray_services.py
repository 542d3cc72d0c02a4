"""A search whose Ray is killed under it, as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nas.analytic_runs import trials

pytestmark = pytest.mark.ray
WORDS = ["smoke", "--task.name", "analytic", "--task.options.seconds", "0.3", "--trials", "20"]


def services(parent: int) -> dict[str, int]:
    """Process ids of the Ray services that a process started, by program."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                status = (entry / "stat").read_text().rpartition(")")[2].split()
                program = Path((entry / "cmdline").read_text().partition("\0")[0]).name
            except OSError:  # it ended meanwhile
                continue
            if int(status[1]) == parent:
                found[program] = int(entry.name)
    return found


def listening(processes: set[int]) -> set[str]:
    """Addresses, in the kernel's hexadecimal, on which processes listen for TCP."""
    sockets = set()
    for process in processes:
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            try:
                sockets |= set(re.findall(r"socket:\[(\d+)\]", str(descriptor.readlink())))
            except OSError:
                continue
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and row[9] in sockets}


def test_a_search_survives_the_death_of_rays_services_which_listen_on_loopback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "nas.cli", "search", *WORDS, "--run-dir", str(tmp_path / "run")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert any("reward" in line for line in process.stdout)
        found = services(process.pid)
        addresses = listening({process.pid, *found.values()})
        os.kill(found["gcs_server"], signal.SIGKILL)
        _, said = process.communicate()
    assert process.returncode == 0
    assert "has died: starting Ray again" in said
    assert [trial["status"] for trial in trials(tmp_path / "run", capsys)] == ["completed"] * 20
    loopback = {"0100007F", "0000000000000000FFFF00000100007F", f"{'0' * 24}01000000"}
    assert addresses
    assert addresses <= loopback
