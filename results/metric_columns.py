"""The metrics of many trials, a list a metric, parsed all at once."""

import json
from collections.abc import Sequence
from operator import itemgetter
from types import NoneType

Column = list[float | None]  # None where a trial has no such metric
KINDS = {int, float, NoneType}


def metric_columns(texts: Sequence[str]) -> dict[str, Column]:
    """Of JSON objects of numbers, by name; that these are finite is not looked at.

    Raises:
        ValueError, RecursionError: one of them is no JSON object, or holds something else.
    """
    # No text can reach into its neighbours: what is inside of a list or an object is refused below,
    # a member of an object begins with a quote, and a string holds no line end.
    if "" in texts or not (_at(0, texts) == {"{"} and _at(-1, texts) == {"}"}):
        raise ValueError("metrics are no JSON object")
    joined = ",\n".join(texts)
    objects = json.loads(f"[{joined}]")
    if len(objects) != len(texts) or set(map(type, objects)) != {dict}:
        raise ValueError("metrics are no JSON object")
    if "null" in joined and any(None in one.values() for one in objects):
        raise ValueError("a metric is null")
    columns: dict[str, Column] = {}
    for name in sorted(set().union(*objects)):
        columns[name] = values = [one.get(name) for one in objects]
        if not set(map(type, values)) <= KINDS:
            raise ValueError(f"{name} is no number")
    return columns


def _at(place: int, texts: Sequence[str]) -> set[str]:
    return set(map(itemgetter(place), texts))
