"""Where a command writes what was asked for."""

import os
import stat
import sys
import tempfile
from errno import EACCES
from pathlib import Path

from nas.errors import UsageError

STDOUT_CLOSED = "standard output is closed: give --output FILE, if it has one"


def write_output(content: bytes, output: str | None) -> None:
    """Write to a file, or to standard output. Raises UsageError when the file cannot be written.

    A file that is there stays as it is unless all of the new content could be written.
    """
    if output is None:
        if sys.stdout is None:
            raise UsageError(STDOUT_CLOSED)
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    if not output:
        raise UsageError("--output '' names no file: give a path, or leave the option out")
    try:
        _write_file(content, Path(output))
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle; a NUL character
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--output {output} cannot be written: {reason}") from error


def _write_file(content: bytes, path: Path) -> None:
    old = path.stat() if path.exists() else None
    target = path.resolve()  # a link stays, and its file gets the content
    if old is not None and _keeps_its_place(old, path, target):
        path.write_bytes(content)
        return
    if old is not None and not os.access(target, os.W_OK):
        raise PermissionError(EACCES, "the file is read-only")
    mode = 0o666 & ~_umask() if old is None else stat.S_IMODE(old.st_mode)
    _replace(content, target, mode)


def _replace(content: bytes, target: Path, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".nas-", suffix=".draft", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        draft.chmod(mode)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _keeps_its_place(old: os.stat_result, path: Path, target: Path) -> bool:
    """Whether what is there can only be written into: a device, a pipe, an open descriptor."""
    if not stat.S_ISREG(old.st_mode) or not os.access(target.parent, os.W_OK):
        return True
    return str(path.absolute()).startswith(("/dev/", "/proc/"))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
