"""Waits until a run has something new, without opening it: nothing that a search could notice."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from results.store_file import run_file

Seen = tuple[tuple[int, int], ...]


def changes(runs: Sequence[Path], every: float) -> Iterator[None]:
    """Yields at once, and then every so many seconds if a file of one of the runs has changed."""
    seen = None
    while True:
        now = _looks(runs)
        if now != seen:
            yield
        seen = now
        time.sleep(every)


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
    return found.st_size, found.st_mtime_ns
