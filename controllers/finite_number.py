"""What counts as a number that comes from outside."""

import math
from contextlib import suppress
from numbers import Real

from search_space.shown import shown


def finite_number(value: object) -> float:
    """An int, a float or one of numpy's as a float; no bool, text or array. Raises ValueError."""
    if isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):  # an int beyond the floats
            number = float(value)
            if math.isfinite(number):
                return number
    raise ValueError(f"{shown(value)} is no finite number")
