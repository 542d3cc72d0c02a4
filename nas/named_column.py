"""A column of a table, by what a user typed."""

from typing import Any

import pandas as pd

from nas.errors import UsageError
from search_space.shown import shown


def column(frame: pd.DataFrame, name: str, option: str) -> "pd.Series[Any]":
    """Raises UsageError, with the nearest name that there is."""
    if name in frame:
        return frame[name]
    from nas.config_source import suggestion

    known = list(map(str, frame.columns))
    hint = suggestion(name, known)
    if not hint.startswith("did"):
        hint = f"there is {', '.join(known)}"
    raise UsageError(f"{option}: no column {shown(name)}: {hint}")
