"""The memory of a run: one SQLite file, a commit an event."""

import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from results.errors import InvalidTrial, StoreFull, StoreInaccessible, UnknownTrial
from results.event import Event, EventKind
from results.outcome import Outcome
from results.sqlite_faults import reported
from results.store_file import (
    check_identity,
    check_intact,
    connect,
    copy_with_log,
    existing_run_file,
    make,
    refuse_existing,
    run_file,
)
from results.training_length import training_length
from results.trial import LARGEST_INTEGER, Trial, TrialStatus
from results.trial_rows import (
    COLUMNS,
    RESULT_COLUMNS,
    SUMMARY_COLUMNS,
    TrialSummary,
    from_row,
    summary_from_row,
    to_result_row,
    to_row,
)
from results.warm_trial import SELECT_WARM, WarmTrial, from_warm_row
from results.writer_lock import WriterLock

UPDATE_RESULT = f"UPDATE trials SET {' = ?, '.join(RESULT_COLUMNS)} = ? WHERE number = ?"


class TrialStore:
    """What a run has seen. Whatever a method has returned from survives a kill and a power cut.

    One process writes (`create`, `open`), any number read (`open_read_only`) without ever making
    it wait. Use it in the thread that opened it; close it, or use it in a `with` statement.

    Raises (all one-line `ResultsError`): StoreFull if the disk takes no more: the step is not
    recorded, the store stays usable. StoreDamaged if a row makes no sense.
    """

    def __init__(
        self, connection: sqlite3.Connection, path: Path, resources: ExitStack, *, writable: bool
    ) -> None:
        self.path = path
        self._connection = connection
        self._resources = resources
        self._writable = writable
        held = {name for _, name, *_ in self._rows("PRAGMA table_info(trials)")}
        # Runs in formats 1 and 2 have no rungs: every trial of theirs is a candidate's only one.
        self._columns = [name for name in COLUMNS if name in held]
        self._known = {name: name if name in held else f"NULL AS {name}" for name in COLUMNS}
        self._select = f"SELECT {', '.join(self._known.values())} FROM trials"

    @classmethod
    def create(cls, path: Path, meta: Mapping[str, str], warm: Iterable[WarmTrial] = ()) -> Self:
        """A new run in the directory `path`, or in the file `path` if it ends in .sqlite.

        `warm` is what its controller is told before the first proposal.

        Raises:
            StoreExists: a run is there already.
        """
        file = run_file(path)
        with reported(file), ExitStack() as opened:
            refuse_existing(file)
            file.parent.mkdir(parents=True, exist_ok=True)
            opened.callback(WriterLock(file).release)
            make(file, meta, warm)
            connection = opened.enter_context(closing(connect(file, "rw")))
            return cls(connection, file, opened.pop_all(), writable=True)

    @classmethod
    def open(cls, path: Path) -> Self:
        """A run to go on with: its file or directory.

        Raises:
            NotARun, StoreDamaged, StoreBusy: see `results.errors`.
        """
        file = existing_run_file(path)
        with reported(file), ExitStack() as opened:
            connection = opened.enter_context(closing(connect(file, "rw")))
            check_identity(connection, file)  # a foreign file gets no lock file beside it
            opened.callback(WriterLock(file).release)
            opened.callback(connection.close)  # before the lock goes
            check_intact(connection, file)
            return cls(connection, file, opened.pop_all(), writable=True)

    @classmethod
    def open_read_only(cls, path: Path) -> Self:
        """A run to look at, while it is written too; in a read-only directory a copy is read.

        Raises:
            NotARun, StoreDamaged: see `results.errors`.
        """
        file = existing_run_file(path)
        try:
            return cls._reader(file, file, ExitStack())
        except (StoreInaccessible, StoreFull):  # SQLite could not place its shared memory here
            with reported(file), ExitStack() as opened:
                directory = opened.enter_context(tempfile.TemporaryDirectory())
                copy = copy_with_log(file, Path(directory))
                return cls._reader(copy, file, opened.pop_all())

    @classmethod
    def _reader(cls, file: Path, name: Path, opened: ExitStack) -> Self:
        with reported(name), opened:
            connection = opened.enter_context(closing(connect(file, "ro")))
            check_identity(connection, name)
            check_intact(connection, name)
            return cls(connection, name, opened.pop_all(), writable=False)

    def close(self) -> None:
        """Gives the file back; a writer leaves it without a write-ahead log."""
        with reported(self.path):
            self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def propose(self, trial: Trial) -> None:
        """Commits a running trial, before anybody evaluates it: a promotion if it continues one.

        Raises:
            InvalidTrial: it is finished, its number is taken, or it continues none that there is.
        """
        if trial.status is not TrialStatus.RUNNING:
            raise InvalidTrial(f"trial {trial.number} is {trial.status}: propose running ones only")
        row = dict(zip(COLUMNS, to_row(trial), strict=True))
        if trial.continues is not None and "continues" not in self._columns:
            raise InvalidTrial(f"{self.path} is of a format without rungs: begin another run")
        names = ", ".join(self._columns)
        marks = ", ".join("?" * len(self._columns))
        with self._transaction():
            try:
                self._connection.execute(
                    f"INSERT INTO trials ({names}) VALUES ({marks})",
                    [row[name] for name in self._columns],
                )
            except sqlite3.IntegrityError as fault:
                raise InvalidTrial(
                    f"trial {trial.number} is in {self.path} already, or trial "
                    f"{trial.continues} is not: give the next free number"
                ) from fault
            self._record("propose" if trial.continues is None else "promote", trial.number)

    def duplicate(self, number: int) -> None:
        """Commits that the controller proposed an architecture known as trial `number`."""
        with self._transaction():
            self.trial(number)
            self._record("duplicate", number)

    def finish(self, number: int, outcome: Outcome, reward: float | None) -> Trial:
        """Commits a result, and returns the trial with it; the controller observes it after.

        A finished trial stays as it is and is returned: a result that comes twice counts once.

        Raises:
            UnknownTrial: no such trial.
            InvalidTrial: a reward for a failure, or one that is not finite.
        """
        with self._transaction():
            trial = self.trial(number)
            if trial.status is not TrialStatus.RUNNING:
                return trial
            finished = trial.finish(outcome, reward, time.time())
            self._connection.execute(UPDATE_RESULT, (*to_result_row(finished), number))
            self._record("observe", number)
        return finished

    def events(self, after: int = 0) -> Iterator[Event]:
        """The journal in its order, from the event behind number `after` on."""
        rows = self._rows("SELECT seq, kind, number FROM events WHERE seq > ? ORDER BY seq", after)
        return (Event(*row) for row in rows)

    def warm_trials(self) -> list[WarmTrial]:
        """What the controller was told of other runs before its first proposal, in order."""
        # Runs in format 1 have no such table.
        if not self._rows("SELECT 1 FROM sqlite_master WHERE name = 'warm_trials'"):
            return []
        return [from_warm_row(row, self.path) for row in self._rows(SELECT_WARM)]

    def trials(self) -> list[Trial]:
        """All trials by number."""
        return self._trials("ORDER BY number")

    def running(self) -> list[Trial]:
        """The trials that were proposed and have no result, by number."""
        return self._trials("WHERE status = 'running' ORDER BY number")

    def summaries(self) -> list[TrialSummary]:
        """All trials without their architectures, best first: completed ones by steps trained,
        then by reward, then all without a reward; ties by number.
        """
        columns = ", ".join(self._known[name] for name in SUMMARY_COLUMNS)
        rows = self._rows(f"SELECT {columns} FROM trials ORDER BY reward DESC, number")
        found = [summary_from_row(row, self.path) for row in rows]
        return sorted(found, key=lambda row: 1 if row.reward is None else -_steps(row.fidelity))

    def trial(self, number: int) -> Trial:
        """Raises UnknownTrial."""
        # SQLite's integers end there, and so do trial numbers.
        found = self._trials("WHERE number = ?", min(number, LARGEST_INTEGER))
        if not found:
            raise UnknownTrial(f"trial {number} is not in {self.path}: it {self._extent()}")
        return found[0]

    def find(self, key: str, fidelity: str) -> Trial | None:
        """The trial that knows most of this architecture at this fidelity: a completed one before
        a running one before a failed one, then the first.
        """
        order = "instr('completed running failed', status), number"
        found = self._trials(
            f"WHERE key = ? AND fidelity = ? ORDER BY {order} LIMIT 1", key, fidelity
        )
        return found[0] if found else None

    def best(self) -> Trial | None:
        """The trial of the largest reward of those that trained longest, the first of equals."""
        rows = self._rows("SELECT DISTINCT fidelity FROM trials WHERE reward IS NOT NULL")
        most = max((_steps(fidelity) for (fidelity,) in rows), default=0)
        longest = [fidelity for (fidelity,) in rows if _steps(fidelity) == most]
        where = f"reward IS NOT NULL AND fidelity IN ({', '.join('?' * len(longest))})"
        found = self._trials(f"WHERE {where} ORDER BY reward DESC, number LIMIT 1", *longest)
        return found[0] if found else None

    def candidates(self, *, ended: bool = False) -> int:
        """How many trials there are that continue no other one, or of those how many have ended."""
        where = "continues IS NULL" if "continues" in self._columns else "1"
        where += " AND status != 'running'" if ended else ""
        ((count,),) = self._rows(f"SELECT count(*) FROM trials WHERE {where}")
        return int(count)

    def count(self, status: TrialStatus | None = None) -> int:
        """How many trials there are, of one status or in all."""
        where = "" if status is None else f"WHERE status = '{TrialStatus(status).value}'"
        ((count,),) = self._rows(f"SELECT count(*) FROM trials {where}")
        return int(count)

    def meta(self) -> dict[str, str]:
        """What the run says of itself, such as its config."""
        return dict(self._rows("SELECT name, value FROM meta ORDER BY name"))

    def set_meta(self, name: str, value: str) -> None:
        """Commits one entry of `meta`, in place of an older one."""
        with self._transaction():
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def _record(self, kind: EventKind, number: int) -> None:
        self._connection.execute("INSERT INTO events (kind, number) VALUES (?, ?)", (kind, number))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of the body's changes on the disk when it ends, or none."""
        if not self._writable:
            raise StoreInaccessible(
                f"{self.path} was opened for reading only: use TrialStore.open to write to it"
            )
        with reported(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk may have ended the transaction itself
                    self._connection.execute("ROLLBACK")
                raise

    def _trials(self, clause: str, *values: object) -> list[Trial]:
        rows = self._rows(f"{self._select} {clause}", *values)
        return [from_row(row, self.path) for row in rows]

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All at once: a cursor left open would keep the log from being folded into the file."""
        with reported(self.path):
            return self._connection.execute(query, values).fetchall()

    def _extent(self) -> str:
        query = "SELECT count(*), min(number), max(number) FROM trials"
        ((count, first, last),) = self._rows(query)
        return f"has {count} trials, {first} to {last}" if count else "has none yet"


def _steps(fidelity: str) -> int:
    """Trained in all: trials are compared with those that trained as long."""
    return training_length(fidelity).steps or 0
