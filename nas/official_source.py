"""What official weights are read from: a file of arrays, and the list that their blocks follow."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from nas.errors import UsageError


def official_arrays(path: Path) -> list[np.ndarray[Any, Any]]:
    """The arrays of `numpy.savez(path, *arrays)`, in their order. Raises UsageError."""
    try:
        with np.load(path) as archive:
            names = [f"arr_{i}" for i in range(len(archive.files))]
            arrays = [archive[name] for name in names if name in archive.files]
    except (ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path} is no .npz of numbers: {error}") from error
    if len(arrays) != len(names):
        raise UsageError(
            f"{path} has arrays of other names than arr_0, arr_1, ...: save official weights in "
            "the order of creation with numpy.savez(FILE, *arrays)"
        )
    return arrays


def official_rows(name: str) -> list[Any] | None:
    """Rows of block specs of a JSON file, with every block's inputs in the file's order.

    None for an architecture from elsewhere: its inputs are ascending, as the official ones are.
    `find_architecture` has read the file before.
    """
    path = Path(name)
    if not path.is_file():
        return None
    document = json.loads(path.read_text("utf-8"))
    rows = document["blocks"] if isinstance(document, dict) else document
    names = ("level", "block_fn", "inputs")
    return [[row[n] for n in names] if isinstance(row, dict) else row for row in rows]
