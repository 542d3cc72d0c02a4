"""States that something has been at."""

import copy
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

# What can never stand in the place of a value of this type. None may: a failure, a proposal.
WRONG: dict[type, tuple[Any, ...]] = {
    int: (1.5, "1", [0], True),
    float: ("0.5", math.nan, math.inf, {}, True),
    str: (3, []),
    list: ({}, "", 3),
    dict: ([], "", 3),
}
Path = tuple[Any, ...]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Of everything within a state."""
    inside = dict(enumerate(value)) if isinstance(value, list) else value
    for name in inside if isinstance(inside, dict) else ():
        yield (*path, name)
        yield from places(value[name], (*path, name))


def damaged_states(state: dict[str, Any], count: int) -> Iterator[tuple[Path, Any, dict[str, Any]]]:
    """At some `count` places, and at all that are not deep: where, what now is there, the state."""
    every = list(places(state))
    drawn = set(np.random.default_rng(0).permutation(len(every))[:count].tolist())
    for number, path in enumerate(every):
        if number not in drawn and len(path) > 2:
            continue
        right = _owner(state, path)[path[-1]]
        for wrong in WRONG.get(type(right), ()):
            if wrong != right:  # 1 is True for Python
                damaged = copy.deepcopy(state)
                _owner(damaged, path)[path[-1]] = wrong
                yield path, wrong, damaged


def _owner(state: Any, path: Path) -> Any:
    for name in path[:-1]:
        state = state[name]
    return state
