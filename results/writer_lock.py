"""At most one process writes a run."""

import fcntl
import os
import socket
import time
from contextlib import suppress
from errno import ELOOP
from io import FileIO
from pathlib import Path
from stat import S_ISREG

from results.errors import StoreBusy, StoreInaccessible

LOOKS, LOOK = 1000, 0.001  # how often to wait for somebody's look at a lock to end, and seconds


class WriterLock:
    """An advisory lock on `<run file>-lock`; the kernel drops it when its process dies.

    A file of its own: closing any other descriptor of the run's file in this process would drop
    SQLite's POSIX locks on it (sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        StoreBusy: a process holds it, this one included.
        StoreInaccessible: the lock is a link or no file, or the run has a second name.
        OSError: the file can't be made.
    """

    def __init__(self, run_file: Path) -> None:
        self._file = _open(run_file.with_name(f"{run_file.name}-lock"))
        os.register_at_fork(after_in_child=self._file.close)  # a child's life is not the writer's
        try:
            _refuse_links(run_file)
            _take(self._file)
        except BlockingIOError:
            holder = os.pread(self._file.fileno(), 200, 0).decode(errors="replace")
            self._file.close()
            raise StoreBusy(
                f"{run_file} is being written by {holder or 'another process'}: let it finish or "
                "end it first, then try again"
            ) from None
        except BaseException:
            self._file.close()
            raise
        with suppress(OSError):  # a full disk: only the name of the holder is lost
            self._file.truncate(0)
            self._file.write(f"process {os.getpid()} on {socket.gethostname()}".encode())

    def release(self) -> None:
        """Lets others write. The file stays: removing it would race with the next holder."""
        self._file.close()


def written_since(run_file: Path) -> float | None:
    """Unix time since when a process has been writing a run; None while none is.

    Asked by sharing its lock for an instant, which nobody who comes to write fails for.
    """
    path = run_file.with_name(f"{run_file.name}-lock")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:  # there is none, or it is no lock of ours
        return None
    with FileIO(descriptor) as file:
        return None if _shares(file) else os.fstat(file.fileno()).st_mtime


def _take(file: FileIO) -> None:
    """Raises BlockingIOError where another process writes; whoever only looks is waited for."""
    for _ in range(LOOKS):
        with suppress(BlockingIOError):
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _shares(file):
            break
        time.sleep(LOOK)
    raise BlockingIOError


def _shares(file: FileIO) -> bool:
    """Whether nobody has it for himself."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True


def _open(path: Path) -> FileIO:
    """What is written into it goes to no other file, wherever the run came from."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    except OSError as error:
        if error.errno != ELOOP:
            raise
        raise StoreInaccessible(f"{path} is a link: remove it") from error
    file = FileIO(descriptor, "r+")
    found = os.fstat(descriptor)
    if not S_ISREG(found.st_mode) or found.st_nlink != 1:
        file.close()
        raise StoreInaccessible(f"{path} is no file of its own: remove it")
    return file


def _refuse_links(run_file: Path) -> None:
    """Under two names of one file SQLite would keep two logs."""
    with suppress(FileNotFoundError):
        found = run_file.stat()
        if not S_ISREG(found.st_mode):
            raise StoreInaccessible(f"{run_file} is no file: move it elsewhere")
        if found.st_nlink != 1:
            raise StoreInaccessible(
                f"{run_file} has a second name (a hard link): go on with a copy of it"
            )
