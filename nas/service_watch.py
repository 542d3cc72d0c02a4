"""The last word of a driver that waits in vain for Ray."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

# Ray ends a driver whose GCS was silent for 60 s, without a word that a user could act on.
BLOCKED_SECONDS = 50.0
LOOK_SECONDS = 2.0
STDERR, EXIT_CODE = 2, 2


class ServiceWatch:
    """Calls `end(service)` once a service was silent for `patience` seconds.

    The main thread looks for itself, and starts Ray again; unless it is in a call of Ray's that
    waits for the very service, as one that makes a worker does. To be closed.

    Args:
        silent: names a service that does not answer, if there is one.
    """

    def __init__(
        self,
        silent: Callable[[], str | None],
        end: Callable[[str], object] | None = None,
        patience: float = BLOCKED_SECONDS,
    ) -> None:
        self._silent, self._end, self._patience = silent, end or end_process, patience
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="services", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        since = None
        while not self._closed.wait(min(LOOK_SECONDS, self._patience / 4)):
            service = self._silent()
            if service is None:
                since = None
                continue
            since = since or time.monotonic()
            if time.monotonic() - since > self._patience and not self._closed.is_set():
                self._end(service)
                return

    def close(self) -> None:
        """Nothing is watched from now on."""
        self._closed.set()


def end_process(service: str) -> NoReturn:
    """One line, and exit code 2; a store keeps what it has acknowledged."""
    line = (
        f"nas: Ray's service at {service} has died, and a call that waits for it does not return: "
        "what was reported is kept; go on with the run"
    )
    with suppress(OSError):
        os.write(STDERR, f"\n{line}\n".encode())
    os._exit(EXIT_CODE)
