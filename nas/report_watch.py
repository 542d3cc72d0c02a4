"""Waits until a run has something new, and until its search is over."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from nas.cli_watch import SHARE
from nas.errors import UsageError
from nas.run_watch import RunWatch
from results import NotARun
from results.baseline_training import BASELINES_FILE
from results.networks import RERANK, TEST
from results.store_file import RUN_FILE, run_file

Seen = tuple[tuple[int, int], ...]


def changes(runs: Sequence[Path], every: float) -> Iterator[bool]:
    """Whether the searches go on: at once, then every so many seconds if a file has changed.

    After what took long, as the page of a large run, it rests for SHARE times the CPU time of that.
    Ends, after a last False, when all of them are over. A run whose end nobody can tell, as that of
    a doctor, goes on for ever. Until a file changes, no run is opened: nothing that a search could
    notice. Raises NotARun, StoreDamaged.
    """
    ends = [_End(run) for run in runs]
    seen = None
    while True:
        before = time.process_time()
        now = _looks(runs)  # before the run is read, which then has all of it
        if all(end.is_come() for end in ends):
            yield False
            return
        if now != seen:
            yield True
        seen = now
        time.sleep(max(every, SHARE * (time.process_time() - before)))


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
    """Size and time of each file that a page is made of: of the search, and what came later."""
    files = []
    for file in map(run_file, runs):
        further = file.parent / RERANK
        stores = (file, further / RUN_FILE, further / TEST / RUN_FILE)
        files += [one.with_name(one.name + suffix) for one in stores for suffix in ("", "-wal")]
        files.append(file.parent / BASELINES_FILE)
    return tuple(_look(file) for file in files)


def _look(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return -1, -1
    # A log without anything in it is there as soon as somebody reads the run.
    return (found.st_size, found.st_mtime_ns) if found.st_size else (-1, -1)
