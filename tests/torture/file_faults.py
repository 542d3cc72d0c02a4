"""A run's files, cut or torn on copies: what a power cut or a bad disk leaves.

Of the write-ahead log all commits before the damage are promised, no others; unless a checkpoint
had begun to copy it into the main file: then it had been synced, and no power cut shortens it
(sqlite.org/wal.html, 2.2). The main file has no checksums: there a cut, or a sector of zeros or
noise, must be named in one line or have hit nothing that counts.
"""

import json
import random
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nas.errors import is_ours
from nas.stored_config import stored_config
from results import TrialStore
from tests.torture.life import start
from tests.torture.record import Record, brief, read
from tests.torture.tally import LOST, OTHER, Tally

HEADER, FRAME, SECTOR = 32, 24, 512  # bytes: of a log, of a frame in it, of a disk
CLI = 0.04  # the share of copies that `nas resume` is tried on too


@dataclass(frozen=True)
class Recording:
    """The files that a dead driver left."""

    file: bytes
    log: bytes


def recording(directory: Path) -> Recording:
    log = directory / "run.sqlite-wal"
    return Recording(
        (directory / "run.sqlite").read_bytes(), log.read_bytes() if log.exists() else b""
    )


def commit_ends(log: bytes) -> list[int]:
    """Where each transaction of a write-ahead log ends."""
    return [frame.end for frame in _frames(log) if frame.commits]


def checkpointed(files: Recording) -> bool:
    """Whether a page of the log is in the main file already."""
    for frame in _frames(files.log):
        page = files.log[frame.begin + FRAME : frame.end]
        if files.file[(frame.page - 1) * len(page) :].startswith(page):
            return True
    return False


@dataclass(frozen=True)
class _Frame:
    begin: int
    end: int
    page: int  # from 1
    commits: bool


def _frames(log: bytes) -> Iterator[_Frame]:
    """A write-ahead log's pages (sqlite.org/fileformat2.html, 4.1)."""
    if len(log) < HEADER:
        return
    size, salts = struct.unpack(">I", log[8:12])[0], log[16:24]
    for begin in range(HEADER, len(log) - FRAME - size + 1, FRAME + size):
        page, pages = struct.unpack(">II", log[begin : begin + 8])
        if log[begin + 8 : begin + 16] != salts:  # left over from before the log began anew
            return
        yield _Frame(begin, begin + FRAME + size, page, commits=pages > 0)


def damage_copies(
    whole: Recording, folder: Path, rng: random.Random, tally: Tally, copies: int
) -> None:
    """So many copies, each damaged in one place."""
    with _opened(whole, folder) as store:
        record = read(store)
    for _ in range(copies):
        kinds = ["file: cut", "file: sector zeroed", "file: sector of noise"]
        if len(whole.log) > HEADER and not checkpointed(whole):
            kinds += ["log: cut", "log: torn", "log: cut"]
        kind = rng.choice(kinds)
        tally.faults[kind] += 1
        if kind.startswith("log"):
            _damage_log(kind, whole, record, folder, rng, tally)
        else:
            _damage_file(kind, whole, record, folder, rng, tally)


def _opened(files: Recording, folder: Path) -> TrialStore:
    return TrialStore.open(_laid_out(files, folder))


def _laid_out(files: Recording, folder: Path) -> Path:
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    (copy / "run.sqlite").write_bytes(files.file)
    if files.log:
        (copy / "run.sqlite-wal").write_bytes(files.log)
    return copy


def _damage_log(
    kind: str, whole: Recording, record: Record, folder: Path, rng: random.Random, tally: Tally
) -> None:
    """The journal must end with the last commit before the damage."""
    at = rng.randrange(len(whole.log))
    log = whole.log[:at]
    if kind == "log: torn":
        noise = rng.randbytes(rng.choice([1, SECTOR, 4096]))
        log += noise + whole.log[at + len(noise) :]
        log = log[: max(len(whole.log), at + 1)]
    ends = commit_ends(whole.log)
    expected = len(record.events) - sum(end > at for end in ends)
    try:
        with _opened(Recording(whole.file, log), folder) as store:
            found = read(store)
    except Exception as error:
        tally.wrong(kind, LOST, f"at {at} of {len(whole.log)}: {type(error).__name__}: {error}")
        return
    expected += found.meta != record.meta  # a new budget is a commit and no event
    if len(found.events) < expected or found.events != record.events[: len(found.events)]:
        tally.wrong(kind, LOST, f"at {at}: {len(found.events)} events, {expected} are intact")
    if len(found.events) > expected and log != whole.log:
        tally.wrong(kind, OTHER, f"at {at}: {len(found.events)} events, {expected} are intact")
    later: dict[int, str] = {}  # what trials were that were tried again after the damage
    for event in record.events[len(found.events) :]:
        if event.kind == "retry":
            later.setdefault(event.number, json.loads(event.detail or "{}").get("failure"))
    for number, trial in found.finished.items():
        before = record.finished.get(number)
        if trial != before if number not in later else str(trial.failure) != later[number]:
            tally.wrong(kind, LOST, f"at {at}: {brief(before)} is now {brief(trial)}")


def _damage_file(
    kind: str, whole: Recording, record: Record, folder: Path, rng: random.Random, tally: Tally
) -> None:
    """Named as damaged, or as it was."""
    at = rng.randrange(len(whole.file))
    file = whole.file[:at]
    if kind != "file: cut":
        at -= at % SECTOR
        sector = bytes(SECTOR) if kind == "file: sector zeroed" else rng.randbytes(SECTOR)
        file = whole.file[:at] + sector + whole.file[at + SECTOR :]
    copy = _laid_out(Recording(file, whole.log), folder)
    try:
        with TrialStore.open(copy) as store:
            if read(store) == record:
                return
            stored_config(store, copy)  # refuses what is left of a config
        tally.wrong(kind, LOST, f"at {at} of {len(whole.file)}: another run, and no word of it")
    except Exception as error:
        if not is_ours(error) or "\n" in str(error):
            tally.wrong(kind, OTHER, f"at {at}: {type(error).__name__}: {error}")
    if rng.random() < CLI:
        life = start(["resume", str(copy)])
        life.run()
        if life.code != 2 or len(life.errors) != 1:
            tally.wrong(kind, OTHER, f"at {at}: nas resume gives {life.code}: {life.errors}")
