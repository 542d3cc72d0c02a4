"""What SQLite and the operating system report, as errors of this room."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from results.errors import (
    NotARun,
    ResultsError,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreInaccessible,
)

FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
NO_TEXT = "a text in it is not UTF-8"


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turns a fault met while reading or writing the run at `path` into a `ResultsError`."""
    try:
        yield
    except UnicodeDecodeError as fault:  # SQLite quotes what is damaged
        raise StoreDamaged(damaged(path, NO_TEXT)) from fault
    except sqlite3.DatabaseError as fault:
        error = _translation(fault, path)
        if error is None:
            raise
        raise error from fault
    except OSError as fault:
        if fault.errno in FULL_ERRNOS:
            raise StoreFull(_full(path, fault)) from fault
        raise StoreInaccessible(_inaccessible(path, fault)) from fault


def _translation(fault: sqlite3.DatabaseError, path: Path) -> ResultsError | None:
    code = getattr(fault, "sqlite_errorcode", None)
    if code is None:  # raised by the sqlite3 module itself
        if str(fault).startswith("Could not decode"):
            return StoreDamaged(damaged(path, NO_TEXT))
        return None  # a mistake of ours
    match code & 0xFF:  # the upper bytes refine the primary result code
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_NOMEM:
            return StoreFull(_full(path, fault))
        # ERROR: a table or column is gone; TOOBIG: a text says that it is longer than any may be
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_ERROR | sqlite3.SQLITE_TOOBIG:
            return StoreDamaged(damaged(path, str(fault)))
        case sqlite3.SQLITE_NOTADB:
            return NotARun(
                f"{path} is no run ({fault}): name a directory that `nas search` made, or bring "
                "the file back from a copy if it was one"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy(
                f"{path} stayed locked by another process ({fault}): end that process, then "
                "try again"
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StoreInaccessible(_inaccessible(path, fault))
    return None


def damaged(path: Path, what: str) -> str:
    """The one line about a run whose file cannot be trusted; `what` may have many lines."""
    line = "; ".join(what.splitlines())
    return (
        f"{path} is damaged ({line}): bring it back from a copy, with its {path.name}-wal if there "
        f"is one, or save what is readable with `sqlite3 {path} .recover`"
    )


def _full(path: Path, fault: Exception) -> str:
    return (
        f"{path} could not be written, the disk is full or failing ({fault}): this step is not "
        "recorded, everything before it is; free some space, then resume the run"
    )


def _inaccessible(path: Path, fault: Exception) -> str:
    return (
        f"{path} cannot be opened or written ({fault}): check the permissions of the file and of "
        "its directory"
    )
