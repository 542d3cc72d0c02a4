"""Arrays built once and kept on disk, whole or not at all."""

import errno
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.errors import DataError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SIZES = "sizes.json"  # written last: file names and their bytes


def cached_entry(cache_dir: Path, key: str, build: Callable[[Path], None]) -> Path:
    """The directory `cache_dir/key`, filled by `build(directory)` unless it is there already.

    It appears in one rename, so a reader never meets half of it and a killed builder leaves none;
    of two processes that build at once the first wins and the other uses its work. An entry whose
    files have other sizes than when it was built is built again.
    Raises DataError when the disk refuses (full, read-only).
    """
    entry = cache_dir / key
    if _is_whole(entry):
        return entry
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".building-", dir=cache_dir) as scratch:
            fresh = Path(scratch) / "fresh"
            fresh.mkdir()
            build(fresh)
            sizes = {path.name: path.stat().st_size for path in fresh.iterdir()}
            (fresh / SIZES).write_text(json.dumps(sizes))
            _publish(fresh, entry, Path(scratch) / "damaged")
    except OSError as error:
        cure = "free some space" if error.errno in FULL else "mend that"
        raise DataError(
            f"cannot write the cache {cache_dir}: {error.strerror or error};"
            f" {cure}, or choose another cache directory"
        ) from error
    return entry


def read_only(path: Path) -> NDArray[np.uint8]:
    """A memory map of a uint8 .npy file that cannot be written through."""
    array: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return array


def _publish(fresh: Path, entry: Path, damaged: Path) -> None:
    if entry.exists() and not _is_whole(entry):
        entry.replace(damaged)
    try:
        fresh.replace(entry)
    except OSError:
        if not _is_whole(entry):  # otherwise another process was first: same key, same arrays
            raise


def _is_whole(entry: Path) -> bool:
    try:
        sizes = json.loads((entry / SIZES).read_text())
        return bool(sizes) and all((entry / n).stat().st_size == s for n, s in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False
