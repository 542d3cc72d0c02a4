"""Widths and heights of pictures in a folder, read from their heads once."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from proxy_tasks.array_cache import read_cached
from proxy_tasks.errors import DataError
from proxy_tasks.image_cache import DECODER_ERRORS

FOUND = "picture_sizes.npy"


def picture_sizes(folder: Path, names: Sequence[str], cache_dir: Path) -> NDArray[np.int64]:
    """Width and height of each picture, [N, 2].

    All are opened again when a name, a file's length or its time of change differ, as
    `cached_images` has it. Raises DataError.
    """
    paths = [folder / name for name in names]
    shape = (len(paths), 2)

    def build(directory: Path) -> None:
        found = np.array([_size(path) for path in paths], np.int64).reshape(shape)
        np.save(directory / FOUND, found)

    def read(entry: Path) -> NDArray[np.int64]:
        found: NDArray[np.int64] = np.load(entry / FOUND)
        if found.dtype != np.int64 or found.shape != shape:
            raise ValueError(f"{FOUND} holds {found.dtype} {found.shape}, not int64 {shape}")
        return found

    return read_cached(cache_dir, f"picture-sizes-{_fingerprint(folder, paths)}", build, read)


def _fingerprint(folder: Path, paths: Sequence[Path]) -> str:
    digest = hashlib.blake2b(str(folder.resolve()).encode(), digest_size=16)
    for path in paths:
        try:
            status = path.stat()
        except OSError as error:
            raise _unreadable(path, error) from error
        digest.update(json.dumps([str(path), status.st_size, status.st_mtime_ns]).encode())
    return digest.hexdigest()


def _size(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as picture:
            return picture.size
    except DECODER_ERRORS as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: BaseException) -> DataError:
    why = str(error) or type(error).__name__
    return DataError(f"{path} cannot be read ({why}): fetch it again, or take it away")
