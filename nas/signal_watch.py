"""Signals as a thread sees them: at once, also while the main thread is deep in a call of C++."""

import os
import select
import signal
import threading
import time
from collections.abc import Callable, Collection

# A child that is forked shares the pipe: what it is sent is not for its parent.
os.register_at_fork(after_in_child=lambda: signal.set_wakeup_fd(-1))


class SignalWatch:
    """Calls `end(number)` at the second signal, and `grace` seconds after the first.

    Python runs a handler only between two steps of the main thread, which may be in a call that
    lasts longer; a thread goes on meanwhile, unless that call holds the interpreter's lock. Only
    signals that have a handler of Python's are seen. To be made in the main thread, and closed.
    """

    def __init__(
        self, numbers: Collection[int], grace: float, end: Callable[[int], object]
    ) -> None:
        self._numbers, self._grace, self._end = numbers, grace, end
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._thread = threading.Thread(target=self._watch, name="signals", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        came: list[int] = []
        deadline = None
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            readable, _, _ = select.select([self._read], [], [], left)
            found = os.read(self._read, 64) if readable else b""
            if readable and not found:  # closed
                return
            came += [number for number in found if number in self._numbers]
            if len(came) > 1 or (came and not readable):
                self._end(came[0] if not readable else came[-1])
            if came and deadline is None:
                deadline = time.monotonic() + self._grace

    def close(self) -> None:
        """What comes from now on is not seen."""
        signal.set_wakeup_fd(self._before)
        os.close(self._write)
        self._thread.join()
        os.close(self._read)
