import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nas.cli_output import write_output
from nas.errors import UsageError


def nas(*words: str, before: str = "", after: str = "") -> subprocess.CompletedProcess[str]:
    """The command in a shell, which can limit files and close descriptors."""
    code = f"{before} exec {sys.executable} -m nas.cli {' '.join(words)} {after}"
    return subprocess.run(["bash", "-c", code], capture_output=True, text=True, timeout=60)


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "drawing.svg"
    file.write_text("old")
    words = ("show", "spinenet-49", "--format", "svg", "--output", str(file))
    done = nas(*words, before="ulimit -f 1;")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "cannot be written: File too large" in done.stderr
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("words", [("cost", "spinenet-49"), ("show", "spinenet-49")])
def test_a_closed_standard_output_is_said(words: tuple[str, ...]) -> None:
    done = nas(*words, after=">&-")
    assert done.returncode == 2
    assert done.stderr == "nas: standard output is closed: give --output FILE, if it has one\n"


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(UsageError, match="--output '' names no file"):
        write_output(b"new", "")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: Is a directory"):
        write_output(b"new", str(tmp_path))


def test_a_link_stays_and_its_file_keeps_its_mode(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_output(b"new", str(link))
    assert link.is_symlink() and file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path: Path) -> None:
    made, usual = tmp_path / "made", tmp_path / "usual"
    usual.touch()
    write_output(b"new", str(made))
    assert made.stat().st_mode == usual.stat().st_mode


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    write_output(b"new", str(pipe))
    reader.join(10)
    assert found == [b"new"] and pipe.is_fifo()


def test_devices_are_written_into(tmp_path: Path) -> None:
    write_output(b"new", os.devnull)
    assert Path(os.devnull).is_char_device()
    log = tmp_path / "log"
    log.touch()
    before = log.stat().st_ino
    nas("show", "spinenet-49", "--output", "/dev/stdout", after=f">>{log}")
    assert log.stat().st_size > 100
    assert log.stat().st_ino == before  # the shell's file, not a new one in its place
