"""At most one process writes a run."""

import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path

from results.errors import StoreBusy


class WriterLock:
    """An advisory lock on `<run file>-lock`; the kernel drops it when its process dies.

    A file of its own: closing any other descriptor of the run's file in this process would drop
    SQLite's POSIX locks on it (sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        StoreBusy: a process holds it, this one included.
        OSError: the file can't be made.
    """

    def __init__(self, run_file: Path) -> None:
        path = run_file.with_name(f"{run_file.name}-lock")
        self._file = path.open("a+b", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
