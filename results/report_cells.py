"""Columns of a table as JSON holds them, short."""

import math
from collections.abc import Iterable
from typing import Final

import pandas as pd

from results.estimate import Estimate, Measured

Json = dict[str, object]

DIGITS: Final = 6  # significant ones of a figure in a page
LONGEST: Final = 200  # characters of a text


def figure(value: object) -> float | int | None:
    """A number of a table, rounded; None where it is missing."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):  # a sum of numbers that are
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else _rounded(number)


def figures(values: Iterable[object]) -> list[float | int | None]:
    """A column of numbers."""
    return [figure(value) for value in values]


def interval(measured: Measured) -> Json:
    """A figure with the bounds of its interval, or why there is none."""
    if isinstance(measured, Estimate):
        names = ("value", "low", "high")
        return {name: figure(getattr(measured, name)) for name in names}
    return {"unknown": measured.reason}


def word_column(values: "pd.Series[str]") -> Json:
    """Texts of which many are alike: each once, and the place of each row's; -1 for none."""
    places, texts = pd.factorize(values.astype(object).map(_short, na_action="ignore"))
    return {"texts": [str(text) for text in texts], "places": places.tolist()}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
