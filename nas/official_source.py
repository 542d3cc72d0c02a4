"""What official weights are read from: a file of arrays, and the list that their blocks follow."""

import json
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from nas.architecture_source import split_trial
from nas.errors import UsageError
from search_space.model_sizes import MODEL_SIZES
from search_space.published import PUBLISHED

WAY_OUT = "save official weights in the order of creation with numpy.savez(FILE, *arrays)"


def official_arrays(path: Path) -> list[np.ndarray[Any, Any]]:
    """The arrays of `numpy.savez(path, *arrays)`, in their order. Raises UsageError."""
    if not path.is_file():
        met = "is no file" if path.exists() else "is not there: No such file"
        raise UsageError(f"{path} {met}; {WAY_OUT}")
    try:
        if not zipfile.is_zipfile(path):
            raise zipfile.BadZipFile("not a zip archive, or cut short")
        with path.open("rb") as file, np.load(file) as archive:
            names = [f"arr_{i}" for i in range(len(archive.files))]
            arrays = [archive[name] for name in names if name in archive.files]
    except Exception as error:  # of zipfile, zlib, lzma, tokenize, struct, numpy, the machine
        raise UsageError(f"{path} is no .npz of numbers ({_reason(error)}): {WAY_OUT}") from error
    if len(arrays) != len(names):
        raise UsageError(f"{path} has arrays of other names than arr_0, arr_1, ...: {WAY_OUT}")
    return arrays


def official_rows(name: str) -> list[Any] | None:
    """Rows of block specs of a JSON file, with every block's inputs in the file's order.

    None for an architecture from elsewhere, in the order of `find_architecture`: its inputs are
    ascending, as the official ones are. `find_architecture` has read the file before.
    """
    path = Path(name)
    published = name in PUBLISHED or name in MODEL_SIZES
    if published or split_trial(name) is not None or not path.is_file():
        return None
    document = json.loads(path.read_text("utf-8"))
    rows = document["blocks"] if isinstance(document, dict) else document
    names = ("level", "block_fn", "inputs")
    return [[row[n] for n in names] if isinstance(row, dict) else row for row in rows]


def _reason(error: Exception) -> str:
    if "pickle" in str(error):
        return "it holds pickled objects, which are never read"
    return textwrap.shorten(str(error) or type(error).__name__, 120)
