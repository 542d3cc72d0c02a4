"""A lock on what one process builds and others wait for. It dies with its holder."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

POLL = 0.2  # seconds between two looks of one who waits


@contextmanager
def build_lock(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file `path`, made and removed here; `waiting` is called while another does.

    The kernel frees it when its holder ends, by a signal too, so none has to be broken. Raises
    OSError where the file system has no locks or cannot be written.
    """
    while (file := take_lock(path)) is None:
        waiting()
        time.sleep(POLL)
    try:
        yield
    finally:
        release_lock(path, file)


def take_lock(path: Path) -> IO[bytes] | None:
    """The locked file, or None where somebody else has it. Raises OSError."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            return file
    except (BlockingIOError, FileNotFoundError):
        pass  # held, or removed by who held it
    except BaseException:
        file.close()
        raise
    file.close()
    return None


def release_lock(path: Path, file: IO[bytes]) -> None:
    """Give back what `take_lock` gave, and remove the file."""
    with suppress(OSError):
        path.unlink()  # still locked: who has opened this file meanwhile sees that it is gone
    file.close()
