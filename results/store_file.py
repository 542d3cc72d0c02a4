"""The file of a run: its schema, making it whole or not at all, opening it with suspicion."""

import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from itertools import count
from pathlib import Path

from results.errors import InvalidTrial, NotARun, StoreDamaged, StoreExists, StoreInaccessible
from results.event import INSERT_EVENT
from results.imported_trial import ImportedTrial
from results.no_run import no_run
from results.row_checksum import sealed
from results.sqlite_faults import damaged, reported
from results.store_schema import APPLICATION_ID, OLDEST_VERSION, SCHEMA, SCHEMA_VERSION
from results.trial_rows import INSERT_TRIAL, to_row
from results.warm_trial import INSERT_WARM, WarmTrial, to_warm_row

RUN_FILE = "run.sqlite"  # its name in a run's directory
SET_META = "INSERT OR REPLACE INTO meta (name, value, crc) VALUES (?, ?, ?)"
LARGE = 64 * 2**20  # bytes; to check so many, indexes too, takes 0.07 s of CPU
PATIENCE = 10.0  # seconds to wait for another process's recovery of the write-ahead log


def run_file(path: Path) -> Path:
    """The file of the run at `path`: itself if it is called *.sqlite, else `run.sqlite` in it."""
    with reported(path):
        file = path if path.suffix == ".sqlite" or path.is_file() else path / RUN_FILE
        # The lock and the log are beside the file itself: who comes by a link finds them, too.
        return Path(os.path.realpath(file)) if file.is_symlink() else file  # in a circle: itself


def existing_run_file(path: Path) -> Path:
    """`run_file(path)`. Raises NotARun if there is nothing to open."""
    file = run_file(path)
    with reported(file):
        if not path.exists():
            raise NotARun(f"{path} does not exist: {_way_out(path)}")
        if not file.exists():
            raise NotARun(no_run(path, RUN_FILE))
        if not file.is_file() or not file.stat().st_size:
            raise NotARun(f"{file} is empty or no file: name a directory that `nas search` made")
    return file


def _way_out(path: Path) -> str:
    """Also of `RUN_DIR:TRIAL`, as other commands take it."""
    run = Path(str(path).rpartition(":")[0])
    if run.name and run_file(run).exists():
        return f"give the run: {run}"
    return "name a directory that `nas search` made"


def refuse_existing(file: Path) -> None:
    """Raises StoreExists if a run, or the log of one whose file is gone, is at `file`."""
    if file.exists():
        raise StoreExists(
            f"{file} exists already: resume that run, or choose another directory for the new one"
        )
    if _has_log(file):  # SQLite would play it into the new file
        raise StoreExists(
            f"{_beside(file, '-wal')} is left from a run whose {file.name} is gone: bring that "
            "file back, or choose another directory"
        )


def make(
    file: Path,
    meta: Mapping[str, str],
    warm: Iterable[WarmTrial] = (),
    imported: Iterable[ImportedTrial] = (),
) -> None:
    """Makes a run: after a crash or on a full disk there is all of it or none.

    To be called under the run's `WriterLock`.
    """
    refuse_existing(file)
    draft = _beside(file, "-draft")
    for suffix in ("", "-journal", "-wal", "-shm"):
        _beside(draft, suffix).unlink(missing_ok=True)
    with closing(connect(draft, "rwc")) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.executescript(f"BEGIN; {SCHEMA} COMMIT;")
        connection.execute("BEGIN")
        connection.executemany(SET_META, (sealed(*entry) for entry in meta.items()))
        connection.executemany(INSERT_WARM, map(to_warm_row, count(1), warm))
        for seq, one in enumerate(imported, 1):
            _import(connection, seq, one)
        connection.execute("COMMIT")
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StoreInaccessible(
            f"{file.parent} cannot hold a run: its file system has no shared memory for SQLite's "
            "write-ahead log; choose a directory on a local disk"
        )
    draft.replace(file)
    _sync_directory(file.parent)


def _import(connection: sqlite3.Connection, seq: int, one: ImportedTrial) -> None:
    try:
        connection.execute(INSERT_TRIAL, to_row(one.trial))
    except sqlite3.IntegrityError as fault:
        raise InvalidTrial(
            f"{one.source} cannot be trial {one.trial.number}: there is one, or it continues "
            f"{one.trial.continues}, which does not come before it"
        ) from fault
    connection.execute(INSERT_EVENT, sealed(seq, "import", one.trial.number, one.source))


def connect(file: Path, mode: str) -> sqlite3.Connection:
    """A connection in autocommit; `mode` is SQLite's: ro, rw, rwc, or ro&immutable=1."""
    uri = f"{file.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def check_identity(connection: sqlite3.Connection, file: Path) -> None:
    """Raises NotARun for another program's SQLite file or another version's run."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise NotARun(
            f"{file} is an SQLite file of another program (application_id {application:#x}, a run "
            f"has {APPLICATION_ID:#x}): name a directory that `nas search` made"
        )
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not OLDEST_VERSION <= version <= SCHEMA_VERSION:
        raise NotARun(
            f"{file} is a run in format {version}, this spinenas reads formats {OLDEST_VERSION} to "
            f"{SCHEMA_VERSION}: use the version of spinenas that made it"
        )


def check_intact(connection: sqlite3.Connection, file: Path, *, indexes: bool) -> None:
    """Raises StoreDamaged, or `sqlite3.DatabaseError`, if any page is missing or nonsense, or, for
    half as much time again, if `indexes` are not those of the rows.
    """
    check = "integrity_check" if indexes else "quick_check"
    (verdict,) = connection.execute(f"PRAGMA {check}(1)").fetchone()
    if verdict != "ok":
        raise StoreDamaged(damaged(file, str(verdict)))
    check_length(connection, file)


def check_length(connection: sqlite3.Connection, file: Path) -> None:
    """Raises StoreDamaged for a cut file: SQLite fills its last page with zeros, and finds it in
    order.
    """
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    # After the count: where there is no log now, the file holds all that was counted; where there
    # is one, the file may be behind it, even by half a page.
    if not _has_log(file) and (size := file.stat().st_size) < pages * page_size:
        raise StoreDamaged(damaged(file, f"cut to {size} of {pages * page_size} bytes"))


def _has_log(file: Path) -> bool:
    try:
        return bool(_beside(file, "-wal").stat().st_size)
    except FileNotFoundError:
        return False


def copy_with_log(file: Path, directory: Path) -> Path:
    """A copy of a run that nobody writes, with its write-ahead log if there is one."""
    copy = directory / RUN_FILE
    shutil.copyfile(file, copy)
    log = _beside(file, "-wal")
    if log.exists():
        if not log.is_file():  # a pipe or a device has no end
            raise StoreInaccessible(f"{log} is no file: take it away, it is no part of the run")
        shutil.copyfile(log, _beside(copy, "-wal"))
    return copy


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def _sync_directory(directory: Path) -> None:
    """Makes a rename survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
