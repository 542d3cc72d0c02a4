"""What can happen to a driver whose candidates are evaluated in its own process."""

import errno
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from results import TrialStore
from results.errors import StoreBusy
from tests.torture.failing_disk import Fault, install
from tests.torture.life import Life, start, start_work
from tests.torture.searches import Search
from tests.torture.tally import OTHER, Tally

YEAR = 365.25 * 86400
SLOW = 0.02  # seconds of an evaluation, where something must happen meanwhile


@dataclass
class Aftermath:
    """What a fault left: the lines that were printed or read, and whether it struck in time."""

    kind: str
    struck: bool
    done: bool
    lines: list[str] = field(default_factory=list)


@dataclass
class Tormentor:
    """Lives with faults of one search, and what is wrong with how they end."""

    search: Search
    rng: random.Random
    tally: Tally

    def signalled(self) -> Aftermath:
        """SIGKILL, SIGTERM or SIGINT at any moment of the search."""
        name = self.rng.choice(["SIGKILL", "SIGKILL", "SIGTERM", "SIGINT"])
        code = {"SIGKILL": -signal.SIGKILL, "SIGTERM": 143, "SIGINT": 130}[name]
        life = start(self.search.words())
        life.run(self._moment(first=0 if name == "SIGKILL" else 1))
        life.signal(getattr(signal, name))
        return self._ended(f"driver: {name}", life, code)

    def killed_in_a_write(self) -> Aftermath:
        """Half of what a write of SQLite's should put on the disk is there."""
        fault = Fault(self.rng.randrange(120))
        life = start(self.search.words(), lambda: install(fault))
        life.run()
        return self._ended("driver: SIGKILL in a write", life, -signal.SIGKILL)

    def failing_disk(self) -> Aftermath:
        """One write or all that follow fail."""
        error = self.rng.choice([errno.EIO, errno.ENOSPC])
        fault = Fault(self.rng.randrange(120), self.rng.choice([1, 3, 10**9]), error)
        life = start(self.search.words(), lambda: install(fault))
        life.run()
        return self._ended(f"disk: {errno.errorcode[error]}", life, 2)

    def full_disk(self) -> Aftermath:
        """No file may grow beyond a limit."""
        sizes = [file.stat().st_size for file in self.search.directory.glob("run.sqlite*")]
        limit = max(sizes, default=0) + self.rng.randrange(1000, 150_000)
        life = start(
            self.search.words(), lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        )
        life.run()
        return self._ended("disk: full", life, 2)

    def jumping_clock(self) -> Aftermath:
        """The time of day goes back and forth by hours and years; a SIGKILL ends most of it."""
        jumps = [0.0, 1.0, -1.0, 3600.0, -3600.0, 30 * YEAR, -30 * YEAR]
        rng, now = random.Random(self.rng.random()), time.time

        def prepare() -> None:
            time.time = lambda: now() + rng.choice(jumps)

        life = start(self.search.words(), prepare)
        if self.rng.random() < 0.8:
            life.run(self._moment())
            life.signal(signal.SIGKILL)
        after = self._ended("clock: jumps", life, -signal.SIGKILL)
        after.struck = True
        return after

    def second_driver(self) -> Aftermath:
        """Refused, and the first one goes on."""
        kind = "second driver"
        life = start(self.search.words())
        alive = life.run(self._moment(first=1))
        life.signal(signal.SIGSTOP)
        alive = alive and self._unfinished()  # else it may have given the run back already
        if alive:
            second = start(["resume", str(self.search.directory)])
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
        life = start(self.search.words())
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
        life = start(self.search.words())
        life.run()
        return self._ended("none", life, 0)

    def _moment(self, first: int = 0) -> Callable[[Life], bool]:
        """Some lines from now, and some milliseconds after; never before `first` lines."""
        lines = self.rng.randrange(first, first + 1 + self.search.budget // 4)
        delay = self.rng.expovariate(1 / 0.004)
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
        elif life.code not in (0, code):
            self._wrong(kind, f"ended with {life.code}, not {code}: {life.errors}")
        elif life.code in (0, 2) and len(life.errors) != life.code / 2:
            self._wrong(kind, f"ended with {life.code} and {life.errors}")
        if not self.search.begun:
            shutil.rmtree(self.search.directory, ignore_errors=True)
        return Aftermath(kind, life.code != 0, life.code == 0, life.lines)

    def _unfinished(self) -> bool:
        try:
            with TrialStore.open_read_only(self.search.directory) as store:
                return store.candidates(ended=True) < self.search.budget
        except StoreBusy:  # it was stopped while it folded its log, which nobody may read then
            return False

    def _wrong(self, kind: str, detail: str) -> None:
        self.tally.wrong(kind, OTHER, f"{self.search.name}, {self.search.directory}: {detail}")


def read_for_ever(directory: Path) -> int:
    """Prints each result once as a driver does. 1: one of them changed."""
    seen: dict[int, float] = {}
    for _ in count():
        with TrialStore.open_read_only(directory) as store:
            for trial in store.trials():
                if trial.reward is None:
                    continue
                if trial.number not in seen:
                    name = f"trial {trial.number} {trial.key[:8]}"
                    print(f"{name} reward {trial.reward:.4f}", flush=True)
                if seen.setdefault(trial.number, trial.reward) != trial.reward:
                    return 1
    return 0
