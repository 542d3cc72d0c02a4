"""The metrics of many trials, a column a metric, parsed all at once."""

import json
from collections.abc import Container, Sequence
from operator import itemgetter
from types import NoneType

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import json as arrow_json

from results.masked_columns import Column, Columns, floats, integers

KINDS = {int, float, NoneType}


def metric_columns(texts: Sequence[str], counts: Container[str]) -> Columns:
    """Of JSON objects of numbers, by name; those in `counts` are rounded to whole numbers.

    Missing where a trial has no such metric.

    Raises:
        ValueError, RecursionError: one of them is no JSON object, or holds something else than
            finite numbers.
        OverflowError: a number is beyond 64 bits.
    """
    # No text can reach into its neighbours: what is inside of a list or an object is refused below,
    # a member of an object begins with a quote, and a string holds no line end.
    if "" in texts or not (_at(0, texts) == {"{"} and _at(-1, texts) == {"}"}):
        raise ValueError("metrics are no JSON object")
    joined = ",\n".join(texts)
    table = None if "null" in joined else _table(texts)
    if table is not None and any(
        name in counts and table.column(name).type == pa.float64() for name in table.column_names
    ):
        table = None  # among fractions Arrow rounds large whole numbers
    if table is None:  # whatever is wrong, or odd, Python's parser knows it
        return {
            name: integers(values) if name in counts else floats(values)
            for name, values in _lists(joined, len(texts)).items()
        }
    return {
        name: _column(table.column(name).combine_chunks(), name in counts)
        for name in sorted(table.column_names)
    }


def _table(texts: Sequence[str]) -> pa.Table | None:
    """A row a text, in a sixth of the time; None where they are not plain numbers in plain rows."""
    content = "\n".join(texts).encode()
    options = arrow_json.ReadOptions(use_threads=False, block_size=len(content) + 1)
    try:
        table = arrow_json.read_json(pa.py_buffer(content), read_options=options)
    except (pa.ArrowException, OverflowError):
        return None
    plain = all(kind in (pa.int64(), pa.float64()) for kind in table.schema.types)
    if not plain or len(table) != len(texts) or len(set(table.column_names)) < table.num_columns:
        return None
    return table


def _column(values: pa.Array, is_count: bool) -> Column:
    missing = np.zeros(len(values), np.bool_)
    if values.null_count:
        missing = values.is_null().to_numpy(zero_copy_only=False)
        values = values.fill_null(0)
    found = values.to_numpy(zero_copy_only=False)
    if is_count:
        return pd.arrays.IntegerArray(found.copy(), missing)  # Arrow's memory is not to be written
    numbers = found.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("a number is not finite")
    return pd.arrays.FloatingArray(np.where(missing, np.nan, numbers), missing)


def _lists(joined: str, count: int) -> dict[str, list[float | None]]:
    objects = json.loads(f"[{joined}]")
    if len(objects) != count or set(map(type, objects)) != {dict}:
        raise ValueError("metrics are no JSON object")
    if "null" in joined and any(None in one.values() for one in objects):
        raise ValueError("a metric is null")
    columns: dict[str, list[float | None]] = {}
    for name in sorted(set().union(*objects)):
        columns[name] = values = [one.get(name) for one in objects]
        if not set(map(type, values)) <= KINDS:
            raise ValueError(f"{name} is no number")
    return columns


def _at(place: int, texts: Sequence[str]) -> set[str]:
    return set(map(itemgetter(place), texts))
