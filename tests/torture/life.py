"""One life of a process that runs `nas`: what it printed, how it ended, what was done to it."""

import importlib
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from nas.cli import COMMANDS, main

LONGEST_LIFE = 120.0  # seconds; what takes longer hangs
Work = Callable[[], int]


@dataclass
class Life:
    """A child of this process, made by fork: a life costs milliseconds, not an interpreter's start.

    `code` is the exit code, negative for a signal; None while it lives.
    """

    pid: int
    out: int
    err: int
    code: int | None = None
    killed_for_hanging: bool = False
    began: float = field(default_factory=time.monotonic)
    said: dict[int, bytearray] = field(init=False)
    open: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.said = {self.out: bytearray(), self.err: bytearray()}
        self.open = [self.out, self.err]

    @property
    def lines(self) -> list[str]:
        """Whole lines of standard output."""
        return self.said[self.out].decode().rpartition("\n")[0].splitlines()

    @property
    def errors(self) -> list[str]:
        """Lines of standard error that say something."""
        text = self.said[self.err].decode(errors="replace")
        return [line for line in text.splitlines() if line.strip()]

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def run(self, until: Callable[["Life"], bool] = lambda _: False) -> bool:
        """Read what it says until it ends (False) or `until` holds (True)."""
        while self.open:
            if until(self):
                return True
            if time.monotonic() - self.began > LONGEST_LIFE:
                self.killed_for_hanging = True
                self.signal(signal.SIGKILL)
            for stream in select.select(self.open, [], [], 0.002)[0]:
                data = os.read(stream, 65536)
                self.said[stream] += data
                if not data:
                    self.open.remove(stream)
                    os.close(stream)
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return False


# What commands import when they come to it: here once, not in every life.
LATE = ("data_progress", "failure_summary", "fork", "merge", "progress_view", "search", "tables")


def load(*, with_torch: bool) -> None:
    """Imports what lives need, so that a fork has it."""
    for name in (*(f"cli_{command}" for command in COMMANDS), *LATE):
        importlib.import_module(f"nas.{name}")
    if with_torch:
        importlib.import_module("controllers").PPO  # noqa: B018 (imports torch)


def start(words: Sequence[str], prepare: Callable[[], None] = lambda: None) -> Life:
    """`nas` with these words; `prepare` runs in the child first, and may break things there."""

    def work() -> int:
        prepare()
        return main(words)

    return start_work(work)


def start_work(work: Work) -> Life:
    """A child that does `work`, and exits with the code that it returns."""
    out, err = os.pipe(), os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        _live(work, out[1], err[1])
    os.close(out[1])
    os.close(err[1])
    return Life(pid, out[0], err[0])


def _live(work: Work, out: int, err: int) -> None:
    """The child. Never returns, whatever comes in whenever."""
    code = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.closerange(3, 512)
        # Fresh ones: the parent's may be a test runner's.
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        code = _worked(work)
        _ignore_signals()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _worked(work: Work) -> int:
    try:
        return work()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        return 1


def _ignore_signals() -> None:
    """What comes after the work's end comes too late; even one that comes in here."""
    while True:
        with suppress(KeyboardInterrupt):
            for ignored in (signal.SIGINT, signal.SIGTERM):
                signal.signal(ignored, signal.SIG_IGN)
            return
