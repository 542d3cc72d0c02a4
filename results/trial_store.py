"""The memory of a run: one SQLite file, a commit an event."""

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Self

from results.errors import InvalidTrial, StoreFull, StoreInaccessible
from results.event import INSERT_EVENT, EventKind, retry_detail
from results.imported_trial import ImportedTrial
from results.outcome import Failure, Outcome
from results.row_checksum import sealed
from results.schema_check import check_schema
from results.sqlite_faults import reported
from results.store_file import (
    LARGE,
    SET_META,
    check_identity,
    check_intact,
    check_length,
    connect,
    copy_with_log,
    existing_run_file,
    make,
    refuse_existing,
    run_file,
)
from results.store_migration import migrate
from results.trial import Trial, TrialStatus
from results.trial_queries import TrialQueries
from results.trial_rows import INSERT_TRIAL, UPDATE_RESULT, from_row, to_row, to_update
from results.warm_trial import WarmTrial
from results.writer_lock import WriterLock


class TrialStore(TrialQueries):
    """What a run has seen. Whatever a method has returned from survives a kill and a power cut.

    One process writes (`create`, `open`), any number read (`open_read_only`) without ever making
    it wait. Use it in the thread that opened it; close it, or use it in a `with` statement.

    Raises (all one-line `ResultsError`): StoreFull if the disk takes no more: the step is not
    recorded, the store stays usable. StoreDamaged if a row makes no sense.
    """

    def __init__(
        self, connection: sqlite3.Connection, path: Path, resources: ExitStack, *, writable: bool
    ) -> None:
        super().__init__(connection, path)
        self._resources = resources
        self._last_event: int | None = None  # not looked up yet
        self._writable = writable

    @classmethod
    def create(
        cls,
        path: Path,
        meta: Mapping[str, str],
        warm: Iterable[WarmTrial] = (),
        imported: Iterable[ImportedTrial] = (),
    ) -> Self:
        """A new run in the directory `path`, or in the file `path` if it ends in .sqlite.

        `warm` is what its controller is told before the first proposal; `imported` are trials of
        it from the beginning, in the order in which the controller observes them.

        Raises:
            StoreExists: a run is there already.
            InvalidTrial: one of `imported` has another's number or continues none before it.
        """
        file = run_file(path)
        with reported(file), ExitStack() as opened:
            refuse_existing(file)
            file.parent.mkdir(parents=True, exist_ok=True)
            opened.callback(WriterLock(file).release)
            make(file, meta, warm, imported)
            connection = opened.enter_context(closing(connect(file, "rw")))
            return cls(connection, file, opened.pop_all(), writable=True)

    @classmethod
    def open(cls, path: Path) -> Self:
        """A run to go on with: its file or directory. One of an older format gets today's.

        Raises:
            NotARun, StoreDamaged, StoreBusy: see `results.errors`.
        """
        file = existing_run_file(path)
        with reported(file), ExitStack() as opened:
            connection = opened.enter_context(closing(connect(file, "rw")))
            check_identity(connection, file)  # a foreign file gets no lock file beside it
            opened.callback(WriterLock(file).release)
            opened.callback(connection.close)  # before the lock goes
            check_schema(connection, file)
            check_intact(connection, file, indexes=True)  # a search asks by them
            migrate(connection, file)
            return cls(connection, file, opened.pop_all(), writable=True)

    @classmethod
    def open_read_only(cls, path: Path, *, part: bool = False) -> Self:
        """A run to look at, while it is written too; in a read-only directory a copy is read.

        `part`: for a look at its trials, some of them found by an index. Pages of a file above
        `store_file.LARGE` are not all checked then, which would take longer than such a look; the
        rows that are read are, by their checksums.

        Raises:
            NotARun, StoreDamaged: see `results.errors`.
        """
        file = existing_run_file(path)
        try:
            return cls._reader(file, file, ExitStack(), part)
        except (StoreInaccessible, StoreFull):  # SQLite could not place its shared memory here
            with reported(file), ExitStack() as opened:
                directory = opened.enter_context(tempfile.TemporaryDirectory())
                copy = copy_with_log(file, Path(directory))
                return cls._reader(copy, file, opened.pop_all(), part)

    @classmethod
    def _reader(cls, file: Path, name: Path, opened: ExitStack, part: bool) -> Self:
        with reported(name), opened:
            connection = opened.enter_context(closing(connect(file, "ro")))
            check_identity(connection, name)
            check_schema(connection, name)
            if part and name.stat().st_size > LARGE:
                check_length(connection, name)
            else:
                check_intact(connection, name, indexes=part)
            return cls(connection, name, opened.pop_all(), writable=False)

    def close(self) -> None:
        """Gives the file back; a writer leaves it without a write-ahead log."""
        with reported(self.path):
            self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def propose(self, trial: Trial, parents: Sequence[int] = ()) -> None:
        """Commits a running trial, before anybody evaluates it: a promotion if it continues one.

        `parents`: numbers of the trials that the controller made it of.

        Raises:
            InvalidTrial: it is finished, its number is taken, or it continues none that there is.
        """
        if trial.status is not TrialStatus.RUNNING:
            raise InvalidTrial(f"trial {trial.number} is {trial.status}: propose running ones only")
        with self._transaction():
            try:
                self._connection.execute(INSERT_TRIAL, to_row(trial))
            except sqlite3.IntegrityError as fault:
                raise InvalidTrial(
                    f"trial {trial.number} is in {self.path} already, or trial "
                    f"{trial.continues} is not: give the next free number"
                ) from fault
            kind: EventKind = "propose" if trial.continues is None else "promote"
            self._record(kind, trial.number, json.dumps(list(parents)) if parents else None)

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
            row = self._row(number)
            trial = from_row(row, self.path)
            if trial.status is not TrialStatus.RUNNING:
                return trial
            finished = trial.finish(outcome, reward, time.time())
            self._connection.execute(UPDATE_RESULT, to_update(finished, row))
            self._record("observe", number)
        return finished

    def lose(self, number: int, failure: Failure) -> int:
        """Commits that an attempt at a running trial was lost, by no fault of the candidate's.

        It stays running. Returns how many were lost since it began or was reopened; a loss that
        comes after the result changes nothing.

        Raises:
            UnknownTrial: no such trial.
        """
        with self._transaction():
            if self.trial(number).status is TrialStatus.RUNNING:
                self._record("lost", number, str(failure))
            return self.losses(number)

    def reopen(self, number: int) -> Trial:
        """Commits that a failed trial is to be tried again, and returns it: running, as before.

        One that is running already, as after a reopening that was killed, is returned as it is.

        Raises:
            UnknownTrial: no such trial.
            InvalidTrial: it is completed.
        """
        with self._transaction():
            row = self._row(number)
            trial = from_row(row, self.path)
            if trial.status is TrialStatus.RUNNING:
                return trial
            reopened = trial.reopen()
            self._connection.execute(UPDATE_RESULT, to_update(reopened, row))
            self._record("retry", number, retry_detail(trial))
        return reopened

    def set_meta(self, name: str, value: str) -> None:
        """Commits one entry of `meta`, in place of an older one."""
        with self._transaction():
            self._connection.execute(SET_META, sealed(name, value))

    def _record(self, kind: EventKind, number: int, detail: str | None = None) -> None:
        if self._last_event is None:
            self._last_event = self.last_event()
        self._last_event += 1
        self._connection.execute(INSERT_EVENT, sealed(self._last_event, kind, number, detail))

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
                self._last_event = None
                with suppress(sqlite3.Error):  # a full disk may have ended the transaction itself
                    self._connection.execute("ROLLBACK")
                raise
