"""What can happen to a driver whose candidates are evaluated in its own process."""

import errno
import json
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from nas.progress_view import trial_line
from results import TrialStore
from results.errors import StoreBusy
from tests.torture.commands import Command
from tests.torture.failing_disk import Fault, install
from tests.torture.life import Life, start_work
from tests.torture.record import said
from tests.torture.searches import Search
from tests.torture.tally import OTHER, Tally
from tests.torture.witness import NONE, Kinds

YEAR = 365.25 * 86400
START = 0.1  # seconds from the start of a process to its first result, about


@dataclass
class Aftermath:
    """What a fault left: the lines that were printed or read, and whether it struck in time.

    retried: the kinds of failures that were to be tried again.
    """

    kind: str
    struck: bool
    done: bool
    lines: list[str] = field(default_factory=list)
    retried: Kinds = NONE


@dataclass
class Tormentor:
    """Lives with faults of one search, and what is wrong with how they end."""

    search: Search
    rng: random.Random
    tally: Tally
    command: Command = field(default_factory=Command)  # what is typed next

    def signalled(self) -> Aftermath:
        """SIGKILL, SIGTERM or SIGINT at any moment of the search."""
        name = self.rng.choice(["SIGKILL", "SIGKILL", "SIGTERM", "SIGINT"])
        code = {"SIGKILL": -signal.SIGKILL, "SIGTERM": 143, "SIGINT": 130}[name]
        life = self._start()
        life.run(self._moment(first=0 if name == "SIGKILL" else 1))
        life.signal(getattr(signal, name))
        return self._ended(f"driver: {name}", life, code)

    def killed_in_a_write(self) -> Aftermath:
        """Half of what a write of SQLite's should put on the disk is there."""
        fault = Fault(self.rng.randrange(60))
        life = self._start(lambda: install(fault))
        life.run()
        return self._ended("driver: SIGKILL in a write", life, -signal.SIGKILL)

    def failing_disk(self) -> Aftermath:
        """One write or all that follow fail."""
        error = self.rng.choice([errno.EIO, errno.ENOSPC])
        fault = Fault(self.rng.randrange(60), self.rng.choice([1, 3, 10**9]), error)
        life = self._start(lambda: install(fault))
        life.run()
        return self._ended(f"disk: {errno.errorcode[error]}", life, 2)

    def full_disk(self) -> Aftermath:
        """No file may grow beyond a limit."""
        sizes = [file.stat().st_size for file in self.search.directory.glob("run.sqlite*")]
        limit = max(sizes, default=0) + self.rng.randrange(1000, 150_000)
        life = self._start(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        life.run()
        return self._ended("disk: full", life, 2)

    def jumping_clock(self) -> Aftermath:
        """The time of day goes back and forth by hours and years; a SIGKILL ends most of it."""
        jumps = [0.0, 1.0, -1.0, 3600.0, -3600.0, 30 * YEAR, -30 * YEAR]
        rng, now = random.Random(self.rng.random()), time.time

        def prepare() -> None:
            time.time = lambda: now() + rng.choice(jumps)

        life = self._start(prepare)
        if self.rng.random() < 0.8:
            life.run(self._moment())
            life.signal(signal.SIGKILL)
        after = self._ended("clock: jumps", life, -signal.SIGKILL)
        after.struck = True
        return after

    def second_driver(self) -> Aftermath:
        """Refused, and the first one goes on."""
        kind = "second driver"
        life = self._start()
        alive = life.run(self._moment(first=1))
        life.signal(signal.SIGSTOP)
        alive = alive and self._unfinished()  # else it may have given the run back already
        if alive:
            second = self._start()
            second.run()
            refused = second.code == 2 and len(second.errors) == 1
            if not refused or "being written" not in second.errors[0]:
                self._wrong(kind, f"ended with {second.code}: {second.errors}")
        life.signal(signal.SIGCONT)
        alive = life.run(self._moment()) and alive
        life.signal(signal.SIGKILL)
        after = self._ended(kind, life, -signal.SIGKILL)
        after.struck = alive
        return after

    def reader(self) -> Aftermath:
        """One that reads all the time, and is killed in the middle of it; then the driver is."""
        kind = "reader: SIGKILL"
        if self.command.retried:  # a reader would see failures go
            self.command = Command()
        life = self._start()
        life.run(lambda life: bool(life.lines))
        reader = start_work(lambda: read_for_ever(self.search.directory))
        alive = life.run(self._moment())
        reader.signal(signal.SIGKILL)
        reader.run()
        if reader.code != -signal.SIGKILL:
            self._wrong(kind, f"the reader ended with {reader.code}: {reader.errors}")
        life.run(self._moment())
        life.signal(signal.SIGKILL)
        after = self._ended(kind, life, -signal.SIGKILL)
        after.struck = alive
        after.lines += reader.lines
        return after

    def undisturbed(self) -> Aftermath:
        """To the end, for a change."""
        life = self._start()
        life.run()
        return self._ended("none", life, 0)

    def _moment(self, first: int = 0) -> Callable[[Life], bool]:
        """Some lines from now, and some milliseconds after; never before `first` lines."""
        lines = self.rng.randrange(first, first + 1 + self.search.budget // 6)
        # With no line to wait for, anywhere in the start of a process too.
        delay = self.rng.expovariate(1 / 0.004) if lines else self.rng.uniform(0, START)
        begin: list[tuple[int, float]] = []

        def come(life: Life) -> bool:
            now = len(life.lines)
            if not begin:
                begin.append((now if first == 0 else 0, 0.0))
            if begin[0][1] == 0.0 and now >= begin[0][0] + lines:
                begin[0] = (begin[0][0], time.monotonic() + delay)
            return 0.0 < begin[0][1] <= time.monotonic()

        return come

    def _ended(self, kind: str, life: Life, code: int) -> Aftermath:
        """Waits for the end: with `code`, or 0 where the search was done before the fault."""
        began = time.monotonic()
        life.run()
        if life.killed_for_hanging or (code in (130, 143) and time.monotonic() - began > 10):
            self._wrong(kind, f"took {time.monotonic() - began:.0f} s to end: {life.errors}")
        elif life.code == -signal.SIGTERM and code == 143 and not self._unfinished():
            pass  # it had left the search, and minded no signals any more
        elif life.code not in (0, code):
            self._wrong(kind, f"ended with {life.code}, not {code}: {life.errors}")
        elif life.code in (0, 2) and len(life.errors) != life.code / 2:
            self._wrong(kind, f"ended with {life.code} and {life.errors}")
        if not self.search.begun:
            shutil.rmtree(self.search.directory, ignore_errors=True)
        retried = self.command.retried
        return Aftermath(kind, life.code != 0, life.code == 0, life.lines, retried)

    @property
    def typed(self) -> str:
        """What the next life is a life of."""
        options = [option for option in self.command.options if option.startswith("--")]
        return " ".join(["nas", self.search.words()[0], *options])

    def _start(self, prepare: Callable[[], None] = lambda: None) -> Life:
        return self.search.start([*self.search.words(), *self.command.options], prepare)

    def _unfinished(self) -> bool:
        try:
            with TrialStore.open_read_only(self.search.directory) as store:
                budget: int = json.loads(store.meta()["config"])["search"]["trials"]
                return bool(store.running()) or store.candidates(ended=True) < budget
        except StoreBusy:  # it was stopped while it folded its log, which nobody may read then
            return False

    def _wrong(self, kind: str, detail: str) -> None:
        self.tally.wrong(kind, OTHER, f"{self.search.name}, {self.search.directory}: {detail}")


def read_for_ever(directory: Path) -> int:
    """Prints each result once as a driver does. 1: one of them changed."""
    seen: dict[int, str] = {}
    for _ in count():
        with TrialStore.open_read_only(directory) as store:
            for trial in store.finished():
                if trial.number not in seen:
                    print(trial_line(trial), flush=True)
                if seen.setdefault(trial.number, said(trial)) != said(trial):
                    return 1
    return 0
