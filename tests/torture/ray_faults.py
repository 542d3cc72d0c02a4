"""What can happen to a driver with workers on Ray, to these workers, and to Ray itself."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.torture.commands import Command, retry
from tests.torture.ray_processes import MARK, end_all, named
from tests.torture.record import printed
from tests.torture.searches import PLAIN, RUNGS, Search
from tests.torture.tally import OTHER, Tally
from tests.torture.witness import Witness

ROOT = Path(__file__).parents[2]
BUDGET, SECONDS = 80, 0.1  # candidates, and how long each takes
START = 180.0  # seconds that Ray may take to come up on a busy machine
GRACE = 30.0  # seconds for a few more results, or for an end
RETRYING = 0.3  # the share of lives in which failures are tried again
HEALING = 120.0  # seconds in which a search that lost its Ray goes on, or says so
HANGING = 0.03  # the share of evaluations that meet their time limit
KINDS = [("random", PLAIN), ("evolution", PLAIN), ("local", PLAIN), ("evolution", RUNGS)]
Faults = Sequence[tuple[str, signal.Signals, int]]
LIVES: Faults = [
    ("driver", signal.SIGKILL, -signal.SIGKILL),
    ("driver", signal.SIGTERM, 143),
    ("driver", signal.SIGINT, 130),
    ("gcs_server", signal.SIGKILL, -signal.SIGKILL),
    ("raylet", signal.SIGKILL, -signal.SIGKILL),
]


@dataclass
class Driver:
    """`nas` as a user starts it, and what it printed."""

    process: subprocess.Popen[str]
    mark: str
    lines: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    @classmethod
    def start(cls, search: Search, options: Sequence[str] = ()) -> "Driver":
        mark = f"{os.getpid()}-{time.monotonic_ns()}"
        search.audit.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-m", "nas.cli", *search.words(), *options],
            cwd=ROOT,
            env={**os.environ, **search.environment, MARK: mark, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        driver = cls(process, mark)
        for stream, kept in ((process.stdout, driver.lines), (process.stderr, driver.errors)):
            assert stream is not None
            thread = threading.Thread(target=_keep, args=(stream, kept), daemon=True)
            thread.start()
            driver.threads.append(thread)
        return driver

    @property
    def results(self) -> int:
        return len(printed(list(self.lines)))

    def wait_for(self, results: int, patience: float = START) -> bool:
        """Until it has printed so many results; False where it ended before, or took too long."""
        until = time.monotonic() + patience
        while self.results < results:
            if self.process.poll() is not None or time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True

    def end(self, patience: float) -> int | None:
        """Its exit code; None where it had to be killed. Nothing of its Ray is left after it."""
        try:
            code: int | None = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            code = None
            self.process.kill()
            self.process.wait()
        for thread in self.threads:
            thread.join(5)
        end_all(self.mark, 20.0 if code in (0, 130, 143) else 3.0)
        return code


def _keep(stream: IO[str], lines: list[str]) -> None:
    with stream:
        lines.extend(stream)


@dataclass
class RayTormentor:
    """Lives of one search on Ray."""

    search: Search
    rng: random.Random
    tally: Tally
    witness: Witness

    def live(self, kind: str, number: int, code: int, workers: int) -> int | None:
        """A life in which `workers` workers are killed, and then whatever calls itself `kind`.

        `kind`: driver, gcs_server or raylet. `code`: how the driver ends, if not with 0. Without
        a part of Ray it may also end with 2 and one line. Returns the exit code.
        """
        name = f"Ray, {kind}: {signal.Signals(number).name}"
        command = retry(self.search, self.rng) if self.rng.random() < RETRYING else Command()
        typed = " ".join(["nas", self.search.words()[0], *command.options[:1], "on Ray"])
        driver = Driver.start(self.search, command.options)
        killed = self._kill_workers(driver, workers) if driver.wait_for(1) else 0
        driver.wait_for(driver.results + self.rng.randrange(1, 6), GRACE)
        time.sleep(self.rng.random() * 2 * SECONDS)
        victims = [driver.process.pid] if kind == "driver" else named(driver.mark, kind)
        struck = driver.process.poll() is None and bool(victims)
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(victim, number)
        began = time.monotonic()
        if kind != "driver":
            self._heals(name, driver)
        ended = driver.end(GRACE)
        self.tally.strike("Ray, worker: SIGKILL", typed, killed)
        self.tally.strike(name, typed, int(struck))
        self._judge(name, driver, ended, code, time.monotonic() - began)
        lost = killed + (2 if kind != "driver" else 0)
        self.witness.check(name, driver.lines, lost, command.retried)
        return ended

    def _heals(self, name: str, driver: Driver) -> None:
        """A search that lost its Ray goes on, and is then killed, or it ends by itself."""
        more = driver.results + 8
        if not driver.wait_for(more, HEALING) and driver.process.poll() is None:
            self._wrong(name, f"nothing came for {HEALING:.0f} s, and it did not end")
        driver.process.kill()

    def _kill_workers(self, driver: Driver, count: int) -> int:
        """One after another; the next when the search has gone on."""
        killed = 0
        for _ in range(count):
            workers = named(driver.mark, "ray::Worker")
            if workers and driver.process.poll() is None:
                with suppress(ProcessLookupError):
                    os.kill(self.rng.choice(workers), signal.SIGKILL)
                    killed += 1
            if not driver.wait_for(driver.results + self.rng.randrange(1, 4), GRACE):
                break
        return killed

    def _judge(self, name: str, driver: Driver, ended: int | None, code: int, took: float) -> None:
        allowed = {0, code} if "driver" in name else {0, 2, code}
        errors = [line for line in driver.errors if line.strip()]
        if ended not in allowed:
            self._wrong(name, f"ended with {ended}, not {allowed}: {errors[-5:]}")
        elif ended == 2 and len(errors) != 1:
            self._wrong(name, f"ended with 2 and {errors}")
        elif ended in (130, 143) and took > 10:
            self._wrong(name, f"took {took:.0f} s to end")

    def _wrong(self, name: str, detail: str) -> None:
        self.tally.wrong(name, OTHER, f"{self.search.directory}: {detail}")


def torture_on_ray(
    folder: Path, rng: random.Random, tally: Tally, lives: Faults = LIVES, budget: int = BUDGET
) -> None:
    """One search by 2 workers, disturbed in `lives` in any order, brought to its end."""
    controller, place = rng.choice(KINDS)
    search = Search(
        controller,
        place,
        folder / "run",
        folder / "audit",
        budget,
        seed=0,
        pump="ray",
        seconds=SECONDS,
        hanging=HANGING,
    )
    witness = Witness(search, tally)
    tormentor = RayTormentor(search, rng, tally, witness)
    for kind, number, code in rng.sample(lives, len(lives)):
        if tormentor.live(kind, number, code, rng.randrange(4)) == 0:
            break
    driver = Driver.start(search)
    ended = driver.end(2 * START)
    record = witness.check("none", driver.lines)
    candidates = record.candidates if record else 0
    if ended or record is None or candidates != budget or len(record.finished) < len(record.trials):
        tally.wrong("none", OTHER, f"{folder}: {candidates} of {budget}, {ended} {driver.errors}")
