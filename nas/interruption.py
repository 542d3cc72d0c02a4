"""Ctrl-C and SIGTERM: a long command ends soon, loses nothing, and says how to go on."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

GRACE_SECONDS = 7.0  # for workers and Ray to be ended; then they end with this process
SIGNALS = (signal.SIGINT, signal.SIGTERM)
STDERR = 2


class Interrupted(KeyboardInterrupt):
    """A signal came. Its text says how to go on."""

    def __init__(self, way_on: str, number: int = signal.SIGINT) -> None:
        super().__init__(way_on)
        self.code = 128 + number  # what a shell calls it


@contextmanager
def stoppable(way_on: str) -> Iterator[None]:
    """The first signal raises Interrupted here, which hands back what is in flight.

    The process ends at the second, and where the first has not led out of here in GRACE_SECONDS,
    as in a call of Ray's: a store keeps what it has acknowledged whenever a process ends. Other
    threads than the main one only have KeyboardInterrupt explained.
    """
    stop = _Stop(way_on)
    is_main = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, stop) for number in SIGNALS} if is_main else {}
    try:
        yield
    except Interrupted:
        raise
    except KeyboardInterrupt:  # a handler's own exception does not come through Ray's wait
        raise Interrupted(way_on, stop.number) from None
    except SystemExit as error:  # Ray's own answer to SIGTERM, while it starts
        if error.code != signal.SIGTERM:
            raise
        raise Interrupted(way_on, signal.SIGTERM) from None
    finally:
        stop.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stop:
    """The handler of both signals."""

    def __init__(self, way_on: str) -> None:
        self._way_on = way_on
        self.number: int = signal.SIGINT  # of the signal that came
        self._timer: threading.Timer | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        interrupted = Interrupted(self._way_on, number)
        if self._timer is not None:
            self._end(interrupted)
        self._timer = threading.Timer(GRACE_SECONDS, self._end, (interrupted,))
        self._timer.daemon = True
        self._timer.start()
        raise interrupted

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _end(self, interrupted: Interrupted) -> None:
        """At once: not even buffers are written out, which another thread may hold."""
        with suppress(OSError):
            os.write(STDERR, f"\n{interruption_line(interrupted)}\n".encode())
        os._exit(interrupted.code)


def interruption_line(interrupt: KeyboardInterrupt) -> str:
    """What a command that was interrupted says last."""
    return f"nas: interrupted: {interrupt}".rstrip(": ")
