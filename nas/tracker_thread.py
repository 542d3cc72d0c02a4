"""A tracker at work: a thread of its own, which reads the journal as any other reader does."""

import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Protocol

from nas.errors import error_line
from nas.result_feed import ResultFeed
from nas.tracked_result import TrackedResult
from results import TrialStore


class Tracker(Protocol):
    """Where people look at runs."""

    def has(self, place: int) -> bool:
        """Whether the result of this place was logged, in this session or before."""

    def log(self, result: TrackedResult) -> None: ...

    def flush(self) -> None:
        """Called when all that is known was logged."""

    def close(self) -> None: ...


class TrackerThread:
    """Logs a run's results by a tracker that `make` makes, from those that it has not yet on.

    Nothing that the tracker does or raises reaches the search: it is told of once, on standard
    error, and ends the tracking. What was not logged is logged when the run is gone on with.
    """

    def __init__(self, name: str, make: Callable[[], Tracker], run: Path) -> None:
        self._name, self._make, self._run = name, make, run
        self._wake, self._ending, self._said = threading.Event(), threading.Event(), False
        self._given_up = False
        self._thread = threading.Thread(target=self._work, name=f"track {name}", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is a new result."""
        self._wake.set()

    def end(self) -> None:
        """What is there now is the last."""
        self._ending.set()
        self._wake.set()

    def join(self, seconds: float) -> None:
        """Waits for the end, but no longer."""
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._given_up = True
            self._say("it takes too long, so some results are not logged: `nas resume` logs them")

    def _work(self) -> None:
        try:
            with ExitStack() as stack:
                store = stack.enter_context(TrialStore.open_read_only(self._run, part=True))
                tracker = stack.enter_context(closing(self._make()))
                self._log(ResultFeed(store, tracker.has), tracker)
        except BaseException as error:
            self._say(fault(error))

    def _log(self, feed: ResultFeed, tracker: Tracker) -> None:
        ending = False
        while not ending:
            ending = self._ending.is_set()
            self._wake.clear()
            for result in feed.new():
                if self._given_up:
                    return
                tracker.log(result)
            tracker.flush()
            if not ending:
                self._wake.wait()

    def _say(self, what: str) -> None:
        if not self._said:
            warn(f"track.{self._name}: {what}")
        self._said = True


def fault(error: BaseException) -> str:
    """What a search is told of a tracker's."""
    return f"{type(error).__name__}: {error_line(error)}; the search goes on without it"


def warn(line: str) -> None:
    """On standard error, which may be gone."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"nas: {line}\n")
