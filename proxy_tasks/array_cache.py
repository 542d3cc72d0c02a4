"""Arrays built once and kept on disk, whole or not at all."""

import errno
import json
import os
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.build_lock import build_lock, release_lock, take_lock
from proxy_tasks.errors import DataError

Read = TypeVar("Read")

# Called with what is done and what there is to do, in pictures; never for what is there already.
BuildProgress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """The progress that nobody sees."""


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SIZES = "sizes.json"  # written last: file names and their bytes
BUILDING = ".building-"
ABANDONED = 24 * 3600  # seconds after which what a killed process began is nobody's
# What numpy answers to a file of the right size and other bytes.
UNREADABLE = (
    *(ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error),
    *(FileNotFoundError, IsADirectoryError),
)


def read_cached(
    cache_dir: Path,
    key: str,
    build: Callable[[Path], None],
    read: Callable[[Path], Read],
    *,
    size: int = 0,
    waiting: Callable[[Path], None] = lambda _: None,
) -> Read:
    """What `read` makes of the entry that `cached_entry` finds or builds.

    One that cannot be read is built once more. Raises DataError as `cached_entry` does, and where
    that does not help.
    """
    entry = cached_entry(cache_dir, key, build, size=size, waiting=waiting)
    try:
        return read(entry)
    except UNREADABLE:
        _condemn(entry)
    entry = cached_entry(cache_dir, key, build, size=size, waiting=waiting)
    try:
        return read(entry)
    except UNREADABLE as error:
        raise DataError(
            f"the cache entry {entry} cannot be read ({error}) even when built anew; remove it, or"
            " choose another cache directory"
        ) from error


def cached_entry(
    cache_dir: Path,
    key: str,
    build: Callable[[Path], None],
    *,
    size: int = 0,
    waiting: Callable[[Path], None] = lambda _: None,
) -> Path:
    """The directory `cache_dir/key`, filled by `build(directory)` unless it is there already.

    It appears in one rename, so a reader never meets half of it. One process builds; others call
    `waiting(directory)` a few times a second and use its work. A killed builder's lock is free,
    and the next `build` finds in `directory` what it left. An entry whose files have other sizes
    than when it was built is built again. `size`: bytes that it will take, if known.
    Raises DataError when the disk refuses (full, read-only) or has no room for `size`.
    """
    entry, fresh = cache_dir / key, cache_dir / f"{BUILDING}{key}"
    if _is_whole(entry):
        return entry
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with build_lock(_lock(fresh), lambda: waiting(fresh)):
            if not _is_whole(entry):
                _clear_abandoned(cache_dir, fresh)
                _check_room(cache_dir, fresh, size)
                _build(fresh, build)
                _publish(fresh, entry)
    except OSError as error:
        cure = "free some space" if error.errno in FULL else "mend that"
        why = error.strerror or error
        if files := [path for path in (cache_dir, *cache_dir.parents) if path.is_file()]:
            why, cure = f"{files[0]} is a file, not a folder", "move it away"
        raise DataError(
            f"cannot write the cache {cache_dir}: {why};"
            f" {cure}, or choose another cache directory (data.cache, or XDG_CACHE_HOME)"
        ) from error
    return entry


def read_only(path: Path, shape: tuple[int, ...] | None = None) -> NDArray[np.uint8]:
    """A memory map of a uint8 .npy file that cannot be written through.

    All processes of a machine share its pages: they are in memory once. Raises ValueError for what
    is no such file, or of another shape than asked for.
    """
    array: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    if array.dtype != np.uint8 or shape not in (None, array.shape):
        raise ValueError(f"{path.name} holds {array.dtype} {array.shape}, not uint8 {shape}")
    return array


def _condemn(entry: Path) -> None:
    """Without its sizes it counts as not whole, and is built again."""
    try:
        (entry / SIZES).unlink(missing_ok=True)
    except OSError as error:
        raise DataError(
            f"the cache entry {entry} is damaged and cannot be removed ({error.strerror}); remove"
            " it, or choose another cache directory"
        ) from error


def _build(fresh: Path, build: Callable[[Path], None]) -> None:
    fresh.mkdir(exist_ok=True)
    (fresh / SIZES).unlink(missing_ok=True)
    try:
        build(fresh)
        sizes = {path.name: path.stat().st_size for path in fresh.iterdir()}
        (fresh / SIZES).write_text(json.dumps(sizes))
        for path in fresh.iterdir():  # else a power cut could leave names and sizes without bytes
            with path.open("rb") as file:
                os.fsync(file.fileno())
    except (DataError, OSError) as error:
        # These data will not become this entry, or their bytes are what fills the disk.
        if isinstance(error, DataError) or error.errno in FULL:
            shutil.rmtree(fresh, ignore_errors=True)
        raise


def _publish(fresh: Path, entry: Path) -> None:
    if entry.exists():  # damaged, or it would not have been built
        shutil.rmtree(entry)
    fresh.replace(entry)


def _check_room(cache_dir: Path, fresh: Path, size: int) -> None:
    begun = sum(p.stat().st_size for p in fresh.iterdir()) if fresh.is_dir() else 0
    free = shutil.disk_usage(cache_dir).free
    if size - begun > free:
        raise DataError(
            f"the cache {cache_dir} needs {(size - begun) / 1e9:.2f} GB and {free / 1e9:.2f} GB are"
            " free; free some space, choose another cache directory, or smaller images"
        )


def _clear_abandoned(cache_dir: Path, ours: Path) -> None:
    """Remove what other builds left a day ago, such as of pictures that have changed since."""
    for left in cache_dir.glob(f"{BUILDING}*/"):
        if left == ours or time.time() - left.stat().st_mtime < ABANDONED:
            continue
        lock = take_lock(_lock(left))
        if lock is not None:
            shutil.rmtree(left, ignore_errors=True)
            release_lock(_lock(left), lock)


def _lock(fresh: Path) -> Path:
    return fresh.with_name(fresh.name + ".lock")


def _is_whole(entry: Path) -> bool:
    try:
        sizes = json.loads((entry / SIZES).read_text())
        return bool(sizes) and all((entry / n).stat().st_size == s for n, s in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False
