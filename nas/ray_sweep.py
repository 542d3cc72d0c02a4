"""Ends what a Ray of ours leaves behind: its processes, then its folder. A script without Ray.

Waits for the end of its standard input, which the driver holds: so it also works for a driver that
was killed.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SWEEP_SECONDS = 20.0  # at most, for a process that cannot be ended
PAUSE_SECONDS = 0.05  # for processes that were ended to be gone


def sweep(folder: Path, spared: set[int]) -> None:
    """Ends the processes that write in a folder, those spared excepted, and removes it."""
    deadline = time.monotonic() + SWEEP_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        found = set(writers(folder)) - spared
        for process in found:
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
        if not found:
            shutil.rmtree(folder, ignore_errors=True)
        time.sleep(PAUSE_SECONDS)


def writers(folder: Path) -> Iterator[int]:
    """Processes that have a file open for writing below a folder, as all of Ray's have a log.

    By their names or their environment they cannot be told from another Ray's: some write their
    title over both.
    """
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # another user's, or it has ended
            if any(_writes(process, file, folder) for file in (process / "fd").iterdir()):
                yield int(process.name)


def _writes(process: Path, file: Path, folder: Path) -> bool:
    with suppress(OSError):  # closed meanwhile
        if file.readlink().is_relative_to(folder):
            words = (process / "fdinfo" / file.name).read_text().split()
            return bool(int(words[words.index("flags:") + 1], 8) & os.O_ACCMODE)
    return False


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # of a machine that shuts down: it ends soon
    sys.stdin.buffer.read()
    sweep(Path(sys.argv[1]), {os.getpid(), int(sys.argv[2])})
