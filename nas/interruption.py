"""Ctrl-C, SIGTERM and SIGHUP: a long command ends soon, loses nothing, and says how to go on."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from nas.signal_watch import SignalWatch

GRACE_SECONDS = 7.0  # for workers and Ray to be ended; then they end with this process
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STDERR = 2


class Interrupted(KeyboardInterrupt):
    """A signal came. Its text says how to go on."""

    def __init__(self, way_on: str, number: int = signal.SIGINT) -> None:
        super().__init__(way_on)
        self.code = 128 + number  # what a shell calls it


@contextmanager
def stoppable(way_on: str | Callable[[], str]) -> Iterator["Stop"]:
    """The first signal raises Interrupted here, which hands back what is in flight.

    `way_on` says how to go on, or is asked when a signal has come. The process ends at the second,
    and where the first has not led out of here in GRACE_SECONDS, as in a call of Ray's: a store
    keeps what it has acknowledged whenever a process ends. Other threads than the main one only
    have KeyboardInterrupt explained. A SIGHUP that is ignored, as under `nohup`, stays so.
    """
    stop = Stop(way_on)
    is_main = threading.current_thread() is threading.main_thread()
    heeded = [number for number in SIGNALS if is_main and not _is_ignored_hangup(number)]
    before = {number: signal.signal(number, stop) for number in heeded}
    watch = SignalWatch(heeded, GRACE_SECONDS, stop.end) if is_main else None
    try:
        yield stop
    except Interrupted:
        raise
    except KeyboardInterrupt:  # a handler's own exception does not come through Ray's wait
        raise stop.interrupted() from None
    except Exception as error:  # as of a terminal that is gone, or of a Ray half started
        if not stop.called:
            raise
        raise stop.interrupted() from error
    finally:
        if watch is not None:
            watch.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_ignored_hangup(number: signal.Signals) -> bool:
    return number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN


class Stop:
    """The handler of the signals."""

    def __init__(self, way_on: str | Callable[[], str]) -> None:
        self._way_on = way_on
        self._is_held = False
        self.number: int = signal.SIGINT  # of the signal that came
        self.called = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.called:
            return  # the watch ends this process
        self.called, self.number = True, number
        if not self._is_held:
            raise self.interrupted()

    @contextmanager
    def held(self) -> Iterator[Callable[[], bool]]:
        """A first signal raises at the end of this, not within; gives whether one has come."""
        self._is_held = True
        try:
            yield lambda: self.called
        finally:
            self._is_held = False
        if self.called:
            raise self.interrupted()

    def interrupted(self) -> Interrupted:
        """What the signal that came raises."""
        way_on = self._way_on if isinstance(self._way_on, str) else self._way_on()
        return Interrupted(way_on, self.number)

    def end(self, number: int) -> NoReturn:
        """At once: not even buffers are written out, which another thread may hold."""
        self.number = number
        interrupted = self.interrupted()
        with suppress(OSError):
            os.write(STDERR, f"\n{interruption_line(interrupted)}\n".encode())
        os._exit(interrupted.code)


def leave(code: int) -> NoReturn:
    """Ends this process, whose stores are closed, without what else waits for its end.

    Ray's part of that has ended interrupted searches with an abort.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def interruption_line(interrupt: KeyboardInterrupt) -> str:
    """What a command that was interrupted says last."""
    return f"nas: interrupted: {interrupt}".rstrip(": ")
