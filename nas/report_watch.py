"""Waits until a run has something new, and until its search is over."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from nas.errors import UsageError
from nas.run_watch import RunWatch
from results import NotARun
from results.store_file import run_file

Seen = tuple[tuple[int, int], ...]


def changes(runs: Sequence[Path], every: float) -> Iterator[bool]:
    """Whether the searches go on: at once, then every so many seconds if a file has changed.

    Ends, after a last False, when all of them are over. A run whose end nobody can tell, as that of
    a doctor, goes on for ever. Until a file changes, no run is opened: nothing that a search could
    notice. Raises NotARun, StoreDamaged.
    """
    ends = [_End(run) for run in runs]
    seen = None
    while True:
        now = _looks(runs)  # before the run is read, which then has all of it
        if all(end.is_come() for end in ends):
            yield False
            return
        if now != seen:
            yield True
        seen = now
        time.sleep(every)


class _End:
    """The end of a run's search."""

    def __init__(self, run: Path) -> None:
        self._watch: RunWatch | None = RunWatch(run)

    def is_come(self) -> bool:
        try:
            return self._watch is not None and self._watch.look().done
        except (NotARun, UsageError):  # it is no search's; whether it can be read, its report says
            self._watch = None
            return False


def _looks(runs: Sequence[Path]) -> Seen:
    """Size and time of each file that a search appends to."""
    files = [
        file.with_name(file.name + suffix)
        for file in map(run_file, runs)
        for suffix in ("", "-wal")
    ]
    return tuple(_look(file) for file in files)


def _look(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return -1, -1
    # A log without anything in it is there as soon as somebody reads the run.
    return (found.st_size, found.st_mtime_ns) if found.st_size else (-1, -1)
