"""What can be asked of a run's journal."""

from collections.abc import Iterator

from results.errors import StoreDamaged
from results.event import COLUMNS, Event
from results.row_checksum import check
from results.run_reader import RunReader
from results.sqlite_faults import damaged
from results.top_trials import Row
from results.warm_trial import COLUMNS as WARM_COLUMNS
from results.warm_trial import WarmTrial, from_warm_row

BATCH = 20_000  # events to be held at once as rows


class JournalQueries(RunReader):
    """Questions to the journal. Raises StoreDamaged if a row makes no sense."""

    def events(self, after: int = 0) -> Iterator[Event]:
        """The journal in its order, from the event behind number `after` on."""
        for seq, event in enumerate(self._events("WHERE seq > ?", after), after + 1):
            if event.seq != seq:
                raise StoreDamaged(damaged(self.path, f"event {seq} is missing"))
            yield event

    def event_batches(self) -> Iterator[list[Row]]:
        """Rows of `results.event.COLUMNS` of all events, some thousand at a time; to be read in a
        `snapshot`.
        """
        query = (
            f"SELECT {self._names(COLUMNS)} FROM events WHERE seq > ? ORDER BY seq LIMIT {BATCH}"
        )
        last = 0
        while rows := self._rows(query, last):
            for seq, row in enumerate(rows, last + 1):
                if row[0] != seq:
                    raise StoreDamaged(damaged(self.path, f"event {seq} is missing"))
            if self._sealed:
                check(rows, self.path, "event")
            yield rows
            last = rows[-1][0]

    def last_event(self) -> int:
        """The number of the journal's last event; 0 where there is none."""
        return int(self._rows("SELECT coalesce(max(seq), 0) FROM events")[0][0])

    def warm_trials(self) -> list[WarmTrial]:
        """What the controller was told of other runs before its first proposal, in order."""
        # Runs in format 1 have no such table.
        there = "SELECT 1 FROM sqlite_master WHERE name = 'warm_trials'"
        if not self._sealed and not self._rows(there):
            return []
        rows = self._rows(f"SELECT {self._names(WARM_COLUMNS)} FROM warm_trials ORDER BY seq")
        if self._sealed:
            check(rows, self.path, "warm trial")
        return [from_warm_row(row, self.path) for row in rows]

    def losses(self, number: int) -> int:
        """How many attempts at a trial were lost since it began or was last reopened."""
        # In the words of the index, which has no other events.
        of_losses = "number = ? AND kind IN ('lost', 'retry')"
        count = 0
        for event in self._events(f"WHERE {of_losses}", number):
            count = count + 1 if event.kind == "lost" else 0
        return count

    def _events(self, clause: str, *values: object) -> Iterator[Event]:
        names = self._names(COLUMNS)
        rows = self._rows(f"SELECT {names} FROM events {clause} ORDER BY seq", *values)
        if self._sealed:
            check(rows, self.path, "event")
        return (Event(*row[:-1]) for row in rows)
