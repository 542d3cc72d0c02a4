"""Reading a run's file: rows with their checksums, and all of it as of one moment."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from results.event import COLUMNS as EVENT_COLUMNS
from results.row_checksum import check
from results.sqlite_faults import reported
from results.store_schema import SCHEMA_VERSION
from results.top_trials import Row
from results.trial_rows import COLUMNS
from results.warm_trial import COLUMNS as WARM_COLUMNS

Answer = TypeVar("Answer")


class RunReader:
    """The run at `path`, of any format that is read.

    Raises StoreDamaged if a row makes no sense.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._answers: dict[object, object] | None = None  # of a snapshot
        # Runs in formats 1 and 2 have no rungs: every trial of theirs is a candidate's only one.
        # Those in formats 1 to 3 say no more of an event than its kind, and have no checksums.
        query = "SELECT one.name FROM sqlite_master AS t, pragma_table_info(t.name) AS one"
        held = {name for (name,) in self._rows(query)}
        ((version,),) = self._rows("PRAGMA user_version")
        self._sealed = version == SCHEMA_VERSION or "crc" in held
        self._known = {
            name: name if self._sealed or name in held else f"NULL AS {name}"
            for name in (*COLUMNS, *EVENT_COLUMNS, *WARM_COLUMNS)
        }

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is asked inside is answered as of one moment, while the run is written too.

        One inside of another, or of a transaction, is of the same moment.
        """
        if self._connection.in_transaction:
            yield
            return
        with reported(self.path):
            self._connection.execute("BEGIN")
            self._answers = {}
            try:
                yield
            finally:
                self._answers = None
                self._connection.execute("ROLLBACK")

    def once(self, question: Callable[[Self], Answer]) -> Answer:
        """The answer to a question; one that this snapshot has heard before is not read again.

        So everybody who looks at one snapshot shares it: it is to be left as it is.
        """
        if self._answers is None:
            return question(self)
        if question not in self._answers:
            self._answers[question] = question(self)
        return cast(Answer, self._answers[question])

    def meta(self) -> dict[str, str]:
        """What the run says of itself, such as its config."""
        rows = self._rows(f"SELECT name, value, {self._known['crc']} FROM meta ORDER BY name")
        if self._sealed:
            check(rows, self.path, "meta")
        return {name: value for name, value, _ in rows}

    def _checked(self, rows: list[Row]) -> list[Row]:
        if self._sealed:
            check(rows, self.path, "trial")
        return rows

    def _names(self, columns: Iterable[str]) -> str:
        return ", ".join(self._known[name] for name in columns)

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All at once: a cursor left open would keep the log from being folded into the file."""
        with reported(self.path):
            return self._connection.execute(query, values).fetchall()
