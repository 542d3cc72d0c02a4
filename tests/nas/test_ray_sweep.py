"""Real processes, in the place of Ray's."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from nas import ray_sweep

OPENING = "import sys; file = open(sys.argv[1], sys.argv[2]); print(flush=True); sys.stdin.read()"


def opening(file: Path, mode: str) -> subprocess.Popen[bytes]:
    """A process that has opened a file, and ends with its standard input."""
    process = subprocess.Popen(
        [sys.executable, "-c", OPENING, str(file), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_writers_are_ended_readers_are_not_and_the_folder_goes(tmp_path: Path) -> None:
    folder = tmp_path / "ray"
    folder.mkdir()
    (folder / "log").touch()
    (tmp_path / "rays").touch()  # a name that only begins like the folder's
    with (
        opening(folder / "log", "a") as writer,
        opening(folder / "log", "r") as reader,
        opening(tmp_path / "rays", "a") as other,
    ):
        ray_sweep.sweep(folder, {os.getpid()})
        assert writer.wait() == -signal.SIGKILL
        assert reader.poll() is None
        assert other.poll() is None
        for process in (writer, reader, other):
            process.communicate()
    assert not folder.exists()


def test_the_sweep_begins_when_the_driver_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "ray"
    folder.mkdir()
    words = [sys.executable, "-IS", ray_sweep.__file__, str(folder), str(os.getpid())]
    with opening(folder / "log", "w") as writer:
        with subprocess.Popen(words, stdin=subprocess.PIPE) as sweeper:
            assert writer.poll() is None
            assert folder.exists()
            sweeper.communicate()
        assert writer.wait() == -signal.SIGKILL
        writer.communicate()
    assert not folder.exists()
