"""Images being prepared, on the screen: a bar on a terminal, a line now and then elsewhere.

What takes under ten seconds is not worth a line.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.progress import TimeRemainingColumn as TimeLeft

from proxy_tasks.array_cache import BuildProgress

WHAT = "preparing images"
EVERY = 10.0  # seconds between two lines


@contextmanager
def data_progress(console: Console | None = None) -> Iterator[BuildProgress]:
    """What `make_data` is to tell its progress to; says nothing where the data are cached.

    On standard error, so that what a command prints can be read by programs.
    """
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(console).show
        return
    bar = _Bar(console)
    try:
        yield bar.show
    finally:
        bar.close()


class _Lines:
    """One line every ten seconds for each split, and the last one where there was another."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next: float | None = None  # None: no split is being made
        self._told = False

    def show(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._next is None:
            self._next, self._told = now + EVERY, False
        if now >= self._next or (done == total and self._told):
            self._console.print(f"{WHAT}: {done} of {total}", soft_wrap=True, highlight=False)
            self._next, self._told = now + EVERY, True
        if done == total:
            self._next = None


class _Bar:
    """A bar for each split that is not there yet."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn(WHAT), BarColumn(), MofNCompleteColumn(), TimeLeft())
        self._progress = Progress(*columns, console=console)
        self._begun = False
        self._task: TaskID | None = None  # of the split that is being made

    def show(self, done: int, total: int) -> None:
        if not self._begun:
            self._progress.start()
            self._begun = True
        if self._task is None:
            self._task = self._progress.add_task("", total=total)
        self._progress.update(self._task, completed=done)
        if done == total:
            self._task = None

    def close(self) -> None:
        if self._begun:
            self._progress.stop()
