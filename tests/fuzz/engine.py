"""Cases of one kind of bad input, each in a fresh folder, under watch, repeatable by its number."""

import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz.watch import watched

LIMIT = 20.0  # seconds of a case: the machine may be busy with other things

# True: the input was accepted, and what came of it is right. False: it was refused as promised.
Case = Callable[[Random, Path], bool]


class Fault(Exception):  # noqa: N818 - what reports call it
    """The program did what it promises never to do."""


class Hang(BaseException):
    """A case took longer than its limit; no `except Exception` may swallow that."""


@dataclass
class Tally:
    """What came of the cases of one kind."""

    kind: str
    accepted: int = 0
    refused: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return self.accepted + self.refused + len(self.faults)

    def __str__(self) -> str:
        return (
            f"{self.kind:14} cases {self.cases:6}  accepted {self.accepted:6}  refused "
            f"{self.refused:6}  faults {len(self.faults)}  {self.seconds:.1f} s"
        )


def run_kind(
    kind: str, make: Callable[[Path], Case], numbers: range, seed: int, home: Path
) -> Tally:
    """Runs the cases of these numbers; whatever a case raises is a fault, told with its number."""
    tally = Tally(kind)
    home.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with _own_places(home):
        case = make(home)
        for number in numbers:
            try:
                accepted = _run_case(case, Random(f"{kind} {seed} {number}"), home)
            except (Exception, Hang, SystemExit) as error:
                place = traceback.format_exception(error)[-3:]
                told = " | ".join(" ".join(part.split()) for part in place)
                tally.faults.append(f"{kind} --seed {seed} --case {number}: {told}")
            else:
                tally.accepted += accepted
                tally.refused += not accepted
    tally.seconds = time.perf_counter() - started
    return tally


def _run_case(case: Case, rng: Random, home: Path) -> bool:
    folder = home / "case"
    remove(folder)
    folder.mkdir()
    path = list(sys.path)
    try:
        with _limited(LIMIT), watched(home) as seen, warnings.catch_warnings():
            warnings.simplefilter("error")  # what it prints would be a second line
            accepted = case(rng, folder)
    finally:
        sys.path[:] = path  # every command adds its working directory
    if seen:
        raise Fault(f"the case did {seen}")
    return accepted


def remove(folder: Path) -> None:
    """The folder and all in it, whatever its permissions."""
    if folder.exists():
        for inner in folder.rglob("*"):
            if inner.is_dir() and not inner.is_symlink():
                inner.chmod(0o755)
        shutil.rmtree(folder)


@contextmanager
def _own_places(home: Path) -> Iterator[None]:
    """The cache and temporary files of the cases lie in `home` too."""
    (home / "temporary").mkdir(exist_ok=True)
    places = {"XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(home / "temporary")}
    before = {name: os.environ.get(name) for name in places}
    os.environ.update(places)
    tempfile.tempdir = None  # found anew, from the variable
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        tempfile.tempdir = None


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Hang(f"longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left)  # such as pytest-timeout's
