"""What can be asked of a run's file."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from results.errors import UnknownTrial
from results.event import Event
from results.sqlite_faults import reported
from results.training_length import training_length
from results.trial import LARGEST_INTEGER, Trial, TrialStatus
from results.trial_rows import (
    COLUMNS,
    SUMMARY_COLUMNS,
    TrialSummary,
    from_row,
    summary_from_row,
)
from results.warm_trial import SELECT_WARM, WarmTrial, from_warm_row


class TrialQueries:
    """Questions to the run at `path`, of any format that is read.

    Raises StoreDamaged if a row makes no sense.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._connection = connection
        # Runs in formats 1 and 2 have no rungs: every trial of theirs is a candidate's only one.
        # Those in formats 1 to 3 say no more of an event than its kind.
        columns = "SELECT name FROM pragma_table_info('trials') UNION SELECT name FROM "
        held = {name for (name,) in self._rows(f"{columns} pragma_table_info('events')")}
        self._known = {
            name: name if name in held else f"NULL AS {name}" for name in (*COLUMNS, "detail")
        }
        self._select = f"SELECT {', '.join(self._known[name] for name in COLUMNS)} FROM trials"

    def events(self, after: int = 0) -> Iterator[Event]:
        """The journal in its order, from the event behind number `after` on."""
        columns = f"seq, kind, number, {self._known['detail']}"
        rows = self._rows(f"SELECT {columns} FROM events WHERE seq > ? ORDER BY seq", after)
        return (Event(*row) for row in rows)

    def warm_trials(self) -> list[WarmTrial]:
        """What the controller was told of other runs before its first proposal, in order."""
        # Runs in format 1 have no such table.
        if not self._rows("SELECT 1 FROM sqlite_master WHERE name = 'warm_trials'"):
            return []
        return [from_warm_row(row, self.path) for row in self._rows(SELECT_WARM)]

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is asked inside is answered as of one moment, while the run is written too."""
        with reported(self.path):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def trials(self) -> list[Trial]:
        """All trials by number."""
        return self._trials("ORDER BY number")

    def running(self) -> list[Trial]:
        """The trials that were proposed and have no result, by number."""
        return self._trials("WHERE status = 'running' ORDER BY number")

    def failed(self) -> list[Trial]:
        """The trials that ended without metrics, by number."""
        return self._trials("WHERE status = 'failed' ORDER BY number")

    def finished(self) -> list[Trial]:
        """The trials that have a result, in the order in which it came."""
        last = "SELECT max(seq) FROM events WHERE kind IN ('observe', 'import') GROUP BY number"
        rows = self._rows(f"SELECT number FROM events WHERE seq IN ({last}) ORDER BY seq")
        ended = {one.number: one for one in self._trials("WHERE status != 'running'")}
        return [ended[number] for (number,) in rows if number in ended]

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
        where = "WHERE status != 'running'" if ended else ""
        continues = f"SELECT {self._known['continues']} FROM trials {where}"
        ((count,),) = self._rows(f"SELECT count(*) FROM ({continues}) WHERE continues IS NULL")
        return int(count)

    def count(self, status: TrialStatus | None = None) -> int:
        """How many trials there are, of one status or in all."""
        where = "" if status is None else f"WHERE status = '{TrialStatus(status).value}'"
        ((count,),) = self._rows(f"SELECT count(*) FROM trials {where}")
        return int(count)

    def losses(self, number: int) -> int:
        """How many attempts at a trial were lost since it began or was last reopened."""
        # In the words of the index, which has no other events.
        of_losses = "number = ? AND kind IN ('lost', 'retry')"
        rows = self._rows(f"SELECT kind FROM events WHERE {of_losses} ORDER BY seq", number)
        count = 0
        for (kind,) in rows:
            count = count + 1 if kind == "lost" else 0
        return count

    def next_number(self) -> int:
        """Behind the largest number that a trial has; some before it may be nobody's."""
        ((number,),) = self._rows("SELECT coalesce(max(number) + 1, 0) FROM trials")
        return int(number)

    def meta(self) -> dict[str, str]:
        """What the run says of itself, such as its config."""
        return dict(self._rows("SELECT name, value FROM meta ORDER BY name"))

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
