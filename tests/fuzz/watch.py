"""What a case does to the machine: writes outside its folder, pickles that name code, programs."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = {  # audit events, and which of their arguments are paths
    "os.mkdir": (0,),
    "os.rename": (0, 1),
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.link": (0, 1),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "shutil.rmtree": (0,),
    "tempfile.mkstemp": (0,),
    "tempfile.mkdtemp": (0,),
}
# A pickle that runs anything has to find it first; nothing that is handed over may start a program.
FORBIDDEN = ("pickle.find_class", "os.system", "subprocess.Popen", "os.exec", "os.posix_spawn")

_seen: list[str] = []
_home: list[str] = []  # empty: nobody watches
_hooked: list[bool] = []  # an audit hook cannot be taken out again


@contextmanager
def watched(home: Path) -> Iterator[list[str]]:
    """What was done meanwhile that no case may do. `home` is where it may write."""
    if not _hooked:
        sys.addaudithook(_audit)
        _hooked.append(True)
    _seen.clear()
    _home[:] = [str(home.resolve())]
    try:
        yield _seen
    finally:
        _home.clear()


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if not _home:
        return
    if event in FORBIDDEN:
        _seen.append(f"{event} {arguments[:2]!r}")
    elif event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & WRITING:
            _note(event, path)
    elif event in CHANGING and (event != "os.remove" or arguments[1] == -1):
        # Else the path is relative to a folder that is being removed, which was seen.
        for place in CHANGING[event]:
            _note(event, arguments[place])


def _note(event: str, path: object) -> None:
    if not isinstance(path, str | bytes | os.PathLike):  # a descriptor: its opening was seen
        return
    place = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - a Path would open nothing either
    if place.startswith((_home[0], "/dev/")) or "__pycache__" in place:
        return
    _seen.append(f"{event} {place}")
