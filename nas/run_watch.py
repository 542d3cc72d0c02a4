"""A run that another process searches, looked at: each look reads what is new in its journal."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nas.failure_summary import failures
from nas.progress import Progress
from nas.run_directory import refuse_planned
from nas.run_end import is_ended
from nas.stored_config import stored_config
from nas.study import MOST_DUPLICATES
from results import FailureKind, Trial, TrialStore, TrialSummary
from results.event import Event
from results.store_file import run_file
from results.writer_lock import written_since

LAST, TOP = 5, 5  # trials that are shown
PACE = 100  # candidates whose ends say how fast a search is


@dataclass(frozen=True, slots=True)
class RunState:
    """What a look at a run found.

    Args:
        progress: as the driver shows it; the pace is that of the driver's session.
        since: Unix time since when a driver has been writing; None where none is.
        done: nothing is left to do.
        running: what is in flight, by number; of each the seconds, None without a driver.
        fresh: what ended since the last look; at the first one, of the last LAST.
        last: the last LAST that ended.
        top: the best TOP of those with a reward.
    """

    progress: Progress
    since: float | None
    done: bool
    running: Sequence[tuple[Trial, float | None]]
    fresh: Sequence[Trial]
    last: Sequence[Trial]
    top: Sequence[TrialSummary]


class RunWatch:
    """Looks at a run. Between two looks it holds neither its file nor a snapshot of it.

    The first look counts what is there; the others read the events since, and only where the file
    has changed.

    Args:
        directory: of the run, which may be cut off and resumed between two looks.
        clock: Unix time in seconds.
    """

    def __init__(self, directory: Path, clock: Callable[[], float] = time.time) -> None:
        self._directory, self._clock = directory, clock
        self._read: int | None = None  # the last event that was read
        self._seen: object = None  # what the files looked like then
        self._done, self._total, self._in_parts, self._ended = 0, 0, False, False
        self._failed: Counter[FailureKind] = Counter()
        self._last: deque[Trial] = deque(maxlen=LAST)
        self._ends: deque[float] = deque(maxlen=PACE)
        self._known_in_a_row = 0  # proposals
        self._running: Sequence[Trial] = ()
        self._top: Sequence[TrialSummary] = ()
        self._best: Trial | None = None

    def look(self) -> RunState:
        """How the run is now. Raises NotARun, StoreDamaged, UsageError for a doctor's run."""
        file = run_file(self._directory)
        since = written_since(file)  # before the journal, which then holds all of who has ended
        seen = (since, *_stamps(file))
        fresh: Sequence[Trial] = ()
        if seen != self._seen:
            with TrialStore.open_read_only(self._directory, part=True) as store, store.snapshot():
                fresh = self._update(store)
            self._seen = seen
        return self._state(since, fresh)

    def _update(self, store: TrialStore) -> Sequence[Trial]:
        """Reads what is new. Returns what ended since the last look."""
        refuse_planned(store, self._directory)
        config = stored_config(store, self._directory)
        fresh = self._follow(store)
        self._total, self._in_parts = config.search.trials, bool(config.halving.rungs)
        self._running = store.running()
        self._top = [one for one in store.top(TOP) if one.reward is not None]
        if self._top and (self._best is None or self._best.number != self._top[0].number):
            self._best = store.trial(self._top[0].number)
        self._ended = not self._running and is_ended(store, config, self._done)
        return fresh

    def _follow(self, store: TrialStore) -> Sequence[Trial]:
        if self._read is None:
            return self._count(store)[-LAST:]
        before, events = self._read, list(store.events(self._read))
        if not any(event.kind == "retry" for event in events):
            return self._add(store, events)
        new = {event.number for event in events if event.seq > before}
        return [trial for trial in self._count(store) if trial.number in new]

    def _count(self, store: TrialStore) -> list[Trial]:
        """Counts all anew: at first, and when a failure is taken back. Returns the latest."""
        self._read = store.last_event()
        self._last.clear()
        self._ends.clear()
        self._known_in_a_row = 0
        found = self._add(store, store.events(max(0, self._read - MOST_DUPLICATES)))
        self._done, self._failed = store.candidates(ended=True), failures(store)
        return found

    def _add(self, store: TrialStore, events: Iterable[Event]) -> list[Trial]:
        numbers: dict[int, None] = {}
        for event in events:
            self._read = event.seq
            self._known_in_a_row = self._known_in_a_row + 1 if event.kind == "duplicate" else 0
            if event.kind in ("observe", "import"):
                numbers[event.number] = None
        found = [trial for trial in map(store.trial, numbers) if trial.finished is not None]
        for trial in found:
            self._last.append(trial)
            if trial.continues is None:
                self._done += 1
                self._ends.append(trial.finished or 0.0)
            if trial.failure is not None:
                self._failed[trial.failure.kind] += 1
        return found

    def _state(self, since: float | None, fresh: Sequence[Trial]) -> RunState:
        now = self._clock()
        pace = None if since is None else self._pace(since, now)
        failed = Counter(self._failed)
        return RunState(
            Progress(self._done, self._total, failed, self._best, pace, self._in_parts),
            since,
            # A driver that is gone may have found its controller to propose nothing new.
            self._ended
            or (since is None and not self._running and self._known_in_a_row >= MOST_DUPLICATES),
            [
                (one, None if since is None else max(0.0, now - max(since, one.started)))
                for one in self._running
            ],
            fresh,
            tuple(self._last),
            self._top,
        )

    def _pace(self, since: float, now: float) -> float | None:
        """Wall seconds a candidate, of the last PACE of the driver's session."""
        ends = [end for end in self._ends if end >= since]
        if not ends:
            return None
        if len(ends) < PACE:
            return max(0.0, now - since) / len(ends)
        return max(0.0, now - ends[0]) / (len(ends) - 1)


def _stamps(file: Path) -> list[tuple[int, int, int] | None]:
    """Size and time of a run's file and of its log: a commit changes one of them."""
    found: list[tuple[int, int, int] | None] = []
    for path in (file, file.with_name(f"{file.name}-wal")):
        stamp = None
        with suppress(OSError):
            status = path.stat()
            stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
        found.append(stamp)
    return found
