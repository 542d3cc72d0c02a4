"""A disk that fails under SQLite: its writes, with faults in them.

SQLite lets a program put its own functions in place of the operating system's (`xSetSystemCall` of
its VFS, sqlite.org/c3ref/vfs.html, made for such tests), so the faults come from below all of our
code and all of SQLite's. `fsync` cannot be replaced so.
"""

import ctypes
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

METHODS_BEFORE = 13  # xOpen to xCurrentTimeInt64
PWRITE = ctypes.CFUNCTYPE(
    ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64, use_errno=True
)
_SET = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("methods", ctypes.c_void_p * METHODS_BEFORE),
        ("set_system_call", _SET),
    )


@dataclass(frozen=True)
class Fault:
    """What happens to the writes of a process.

    Args:
        after: so many writes succeed first.
        writes: so many fail then.
        error: the errno that they fail with; None: half of the bytes are written, and the process
            kills itself.
    """

    after: int
    writes: int = 1
    error: int | None = None


_kept: list[object] = []  # SQLite holds pointers into it


def install(fault: Fault) -> None:
    """From now on this process's SQLite writes to a failing disk. Not to be undone: for a child."""
    writes = 0

    def pwrite(file: int, address: int, size: int, offset: int) -> int:
        nonlocal writes
        writes += 1
        data = ctypes.string_at(address, size)
        if not fault.after < writes <= fault.after + fault.writes:
            return os.pwrite(file, data, offset)
        if fault.error is None:
            os.pwrite(file, data[: size // 2], offset)
            os.kill(os.getpid(), signal.SIGKILL)
        ctypes.set_errno(fault.error or 0)
        return -1

    _replace(b"pwrite64", pwrite)


def _replace(call: bytes, function: Callable[[int, int, int, int], int]) -> None:
    library = ctypes.CDLL("libsqlite3.so.0")  # the one that Python's sqlite3 has loaded
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None)
    pointer = PWRITE(function)
    _kept.append(pointer)
    code = vfs.contents.set_system_call(
        ctypes.addressof(vfs.contents), call, ctypes.cast(pointer, ctypes.c_void_p)
    )
    if code:
        raise OSError(f"SQLite has no system call {call.decode()} to replace: code {code}")
