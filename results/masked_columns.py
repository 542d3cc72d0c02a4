"""Columns of a table with missing values, made of plain ones and put one behind the other."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Column = Any  # an extension array of pandas
Columns = dict[str, Column]


def floats(values: Sequence[float | None]) -> Column:
    """Raises ValueError for a number that is not finite, OverflowError for one that cannot be."""
    array = np.array(values, np.float64)  # None becomes nan
    missing = np.isnan(array)
    if np.isinf(array).any() or int(missing.sum()) != values.count(None):
        raise ValueError("a number is not finite")
    return pd.arrays.FloatingArray(array, missing)


def integers(values: Sequence[float | None]) -> Column:
    """Rounded. Raises OverflowError beyond 64 bits."""
    if set(map(type, values)) == {int}:
        return pd.arrays.IntegerArray(np.array(values, np.int64), np.zeros(len(values), np.bool_))
    missing = np.fromiter((value is None for value in values), np.bool_, len(values))
    whole = (0 if value is None else round(value) for value in values)
    return pd.arrays.IntegerArray(np.fromiter(whole, np.int64, len(values)), missing)


def measured(values: NDArray[np.float64]) -> Column:
    """An array of which nan is missing."""
    return pd.arrays.FloatingArray(values, np.isnan(values))


def counted(values: NDArray[np.float64]) -> Column:
    """The same, rounded."""
    missing = np.isnan(values)
    whole = np.rint(np.where(missing, 0, values)).astype(np.int64)
    return pd.arrays.IntegerArray(whole, missing)


def texts(values: Sequence[str | None]) -> Column:
    """As pandas' own type of strings; of a path that is no UTF-8 the odd bytes escaped."""
    return pd.array([_encodable(value) for value in values], dtype="string")


def _encodable(value: str | None) -> str | None:
    if value is None or value.isascii():
        return value
    return value.encode("utf-8", "backslashreplace").decode()


def nothing(kind: str, length: int) -> Column:
    """A column of missing values."""
    missing = np.ones(length, np.bool_)
    match kind:
        case "Int64":
            return pd.arrays.IntegerArray(np.zeros(length, np.int64), missing)
        case "Float64":
            return pd.arrays.FloatingArray(np.full(length, np.nan), missing)
    return texts([None] * length)


def joined(parts: Sequence[Columns], kinds: Mapping[str, str]) -> pd.DataFrame:
    """Columns of these types, in this order; what a part does not have is missing there.

    A column of texts is in all parts, as plain ones: of many arrays pandas takes rows slowly. The
    parts are emptied on the way: two copies of one column at a time are enough.
    """
    lengths = [len(next(iter(part.values()))) for part in parts]
    columns: Columns = {}
    for name, kind in kinds.items():
        if kind == "string":
            columns[name] = texts([*chain.from_iterable(part.pop(name) for part in parts)])
            continue
        found = [
            part.pop(name) if name in part else nothing(kind, length)
            for part, length in zip(parts, lengths, strict=True)
        ]
        columns[name] = pd.concat(map(pd.Series, found)).array if found else nothing(kind, 0)
    return pd.DataFrame(columns, copy=False)


def in_front(frame: pd.DataFrame, name: str, column: Column) -> pd.DataFrame:
    """With another first column, in place of a metric that happens to have its name."""
    rest = frame.drop(columns=name, errors="ignore")
    rest.insert(0, name, pd.Series(column, rest.index))
    return rest
