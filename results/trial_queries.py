"""What can be asked of a run's trials."""

from collections.abc import Iterable, Iterator
from operator import ge
from typing import Any

from results.errors import StoreDamaged, UnknownTrial
from results.journal_queries import JournalQueries
from results.outcome import LARGEST_INTEGER
from results.row_checksum import check
from results.sqlite_faults import damaged
from results.summary_rows import FEW, all_rows, rows_with_parts
from results.top_trials import Row, top_numbers
from results.training_length import training_length
from results.trial import Trial, TrialStatus
from results.trial_rows import (
    COLUMNS,
    SUMMARY_COLUMNS,
    WIDE_COLUMNS,
    TrialSummary,
    architecture_from_row,
    check_summaries,
    check_wide,
    from_row,
    genotype_from_row,
    summary_from_row,
)
from search_space import Architecture

BATCH = 1000  # rows with an architecture, to be held at once


class TrialQueries(JournalQueries):
    """Questions to the run at `path`: its trials, its journal, and what it says of itself.

    Raises StoreDamaged if a row makes no sense.
    """

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
        """The trials that have a result, in the order in which it came.

        Raises StoreDamaged too if these are not the ones whose results are in the journal.
        """
        with self.snapshot():
            events = list(self.events())
            ended = self._trials("WHERE status != 'running'")
        last: dict[int, int] = {}
        for event in events:
            if event.kind in ("observe", "import"):
                last[event.number] = event.seq
            elif event.kind == "retry":
                last.pop(event.number, None)
        if odd := last.keys() ^ {trial.number for trial in ended}:
            number = min(odd)
            there, gone = ("journal", "trials") if number in last else ("trials", "journal")
            fault = f"by its {there} trial {number} has a result, by its {gone} it has none"
            raise StoreDamaged(damaged(self.path, fault))
        return sorted(ended, key=lambda one: last[one.number])

    def summaries(self) -> list[TrialSummary]:
        """All trials without their architectures, best first: completed ones by steps trained,
        then by reward, then all without a reward; ties by number.
        """
        rows = self._rows(f"SELECT {self._names(SUMMARY_COLUMNS)} FROM trials")
        return sorted((summary_from_row(row, self.path) for row in self._checked(rows)), key=_place)

    def top(self, count: int) -> list[TrialSummary]:
        """The first `count` of `summaries()`, found by an index: without reading the others."""
        with self.snapshot():
            numbers = top_numbers(self._rows, count)
            rows = {row[0]: row for row in self.summary_rows(numbers)}
        if lost := [number for number in numbers if number not in rows]:
            raise StoreDamaged(damaged(self.path, f"trial {lost[0]} is in an index only"))
        found = [summary_from_row(rows[number], self.path) for number in numbers]
        if found != sorted(found, key=_place):  # a reader has not compared indexes with rows
            raise StoreDamaged(damaged(self.path, "its index trials_by_reward is out of order"))
        return found

    def summary_rows(self, numbers: Iterable[int]) -> list[Row]:
        """Rows of `SUMMARY_COLUMNS`, by number, of trials and of those that they continue."""
        rows = rows_with_parts(self._rows, self._names(SUMMARY_COLUMNS), numbers)
        return self._checked(rows)

    def summary_batches(self) -> Iterator[list[Row]]:
        """The same of all trials, some thousand at a time; to be read in a `snapshot`.

        Raises StoreDamaged too if these are not as many as an index has: SQLite does not notice a
        page that says it had fewer rows.
        """
        count, last = 0, -1
        for rows in all_rows(self._rows, self._names(SUMMARY_COLUMNS)):
            numbers = [row[0] for row in rows]
            if any(map(ge, [last, *numbers], numbers)):
                raise StoreDamaged(damaged(self.path, f"trials behind {last} are out of order"))
            count, last = count + len(rows), numbers[-1]
            yield self._checked(rows)
        query = "SELECT count(*) FROM trials INDEXED BY trials_by_status"
        if [(count,)] != (there := self._rows(query)):
            raise StoreDamaged(damaged(self.path, f"{count} of {there[0][0]} trials are found"))

    def genotypes(self) -> dict[int, tuple[int, ...] | None]:
        """What the controller proposed, by trial number; None where it was not asked."""
        names = self._names(("number", *WIDE_COLUMNS))
        query = f"SELECT {names} FROM trials WHERE number > ? ORDER BY number LIMIT {BATCH}"
        found: dict[int, tuple[int, ...] | None] = {}
        last = -1
        while rows := self._rows(query, last):
            if self._sealed:
                check(rows, self.path, "trial")
            found.update(genotype_from_row(row, self.path) for row in rows)
            last = rows[-1][0]
        return found

    def architectures(self, numbers: Iterable[int]) -> dict[int, Architecture]:
        """Of these trials, by number. Raises UnknownTrial."""
        names = self._names(("number", *WIDE_COLUMNS))
        asked = sorted({int(number) for number in numbers})  # a table's are numpy's
        found: dict[int, Architecture] = {}
        for begin in range(0, len(asked), FEW):
            few = asked[begin : begin + FEW]
            marks = ", ".join("?" * len(few))
            rows = self._rows(f"SELECT {names} FROM trials WHERE number IN ({marks})", *few)
            if self._sealed:
                check(rows, self.path, "trial")
            found.update(architecture_from_row(row, self.path) for row in rows)
        if len(found) < len(asked):
            self.trial(next(number for number in asked if number not in found))
        return found

    def trial(self, number: int) -> Trial:
        """Raises UnknownTrial."""
        return from_row(self._row(number), self.path)

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
        found = self.top(1)
        return None if not found or found[0].reward is None else self.trial(found[0].number)

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

    def next_number(self) -> int:
        """Behind the largest number that a trial has; some before it may be nobody's."""
        ((number,),) = self._rows("SELECT coalesce(max(number) + 1, 0) FROM trials")
        return int(number)

    def _trials(self, clause: str, *values: object) -> list[Trial]:
        return [from_row(row, self.path) for row in self._trial_rows(clause, *values)]

    def _row(self, number: int) -> tuple[Any, ...]:
        # SQLite's integers end there, and so do trial numbers.
        found = self._trial_rows("WHERE number = ?", min(number, LARGEST_INTEGER))
        if not found:
            raise UnknownTrial(f"trial {number} is not in {self.path}: it {self._extent()}")
        return found[0]

    def _trial_rows(self, clause: str, *values: object) -> list[tuple[Any, ...]]:
        rows = self._rows(f"SELECT {self._names(COLUMNS)} FROM trials {clause}", *values)
        if self._sealed:
            check_summaries(rows, self.path)
            check_wide(rows, self.path)
        return rows

    def _extent(self) -> str:
        query = "SELECT count(*), min(number), max(number) FROM trials"
        ((count, first, last),) = self._rows(query)
        return f"has {count} trials, {first} to {last}" if count else "has none yet"


def _place(trial: TrialSummary) -> tuple[int, float, int]:
    """On a leaderboard: trials are compared with those that trained as long."""
    if trial.reward is None:
        return 1, 0.0, trial.number
    return -(training_length(trial.fidelity).steps or 0), -trial.reward, trial.number
