"""The processes of the Ray that one driver started, told by a mark in their environment."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

MARK = "SPINENAS_TORTURE"
ENDED = "ZX"  # states of a process that is none any more


def marked(mark: str) -> dict[int, str]:
    """What runs with `MARK=mark`, by process id: how it calls itself. Nobody else's Ray does."""
    wanted = f"{MARK}={mark}".encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):
            if wanted not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            if (folder / "stat").read_text().rpartition(")")[2].split()[0] in ENDED:
                continue
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
            found[int(folder.name)] = words.decode(errors="replace").strip()
    return found


def named(mark: str, name: str) -> list[int]:
    """Of the `marked`, those whose command line begins with `name`, or whose program is called so.

    A worker of the pump calls itself `ray::Worker`, and `ray::Worker.evaluate` while it evaluates.
    """
    return [
        process
        for process, words in marked(mark).items()
        if words.startswith(name) or words.partition(" ")[0].endswith(f"/{name}")
    ]


def end_all(mark: str, patience: float) -> int:
    """Waits for them to end by themselves, then kills those that did not; how many were killed."""
    until = time.monotonic() + patience
    while (left := marked(mark)) and time.monotonic() < until:
        time.sleep(0.2)
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return len(left)
