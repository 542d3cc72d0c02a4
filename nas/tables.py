"""Tables for a terminal."""

import os
import sys
from contextlib import suppress

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nas.cli_output import STDOUT_CLOSED
from nas.errors import UsageError

WIDTH_OF_TEXT = 120  # columns of a table that goes to a file or a pipe


def leaderboard_table(frame: pd.DataFrame, top: int) -> Table:
    """The best `top` rows of a leaderboard; the caption says how many there are."""
    shown = frame.head(top)
    counts = ", ".join(f"{n} {status}" for status, n in frame["status"].value_counts().items())
    caption = f"{len(shown)} of {len(frame)} trials ({counts})" if len(frame) else "no trials yet"
    table = Table(caption=caption)
    # Rows of different steps do not compare.
    unequal = "steps" in frame and frame["steps"].nunique() > 1
    steps = ("steps",) if unequal else ()
    for name in ("rank", "trial", "key", *steps, "AP", "AP50", "params", "madds", "CPU s"):
        table.add_column(name, justify="left" if name == "key" else "right", no_wrap=True)
    rows = shown.to_dict(orient="records")
    remarks = [_remark(row["status"], row["failure"]) for row in rows]
    if any(remarks):
        table.add_column("remark")
    for rank, (row, remark) in enumerate(zip(rows, remarks, strict=True), start=1):
        table.add_row(
            str(rank),
            str(row["trial"]),
            str(row["key"])[:8],
            *([_number(row["steps"], "d")] if unequal else []),
            _number(row.get("AP"), ".4f"),
            _number(row.get("AP50"), ".4f"),
            _scaled(row.get("params")),
            _scaled(row.get("madds")),
            _number(row.get("cpu_seconds"), ".1f"),
            *([Text(remark)] if any(remarks) else []),  # no markup: it may hold [brackets]
        )
    return table


def front_table(rows: pd.DataFrame, minimize: str, top: int, trials: int) -> Table:
    """The first `top` rows of a front of reward and `minimize`, of a run of so many trials."""
    shown = rows.head(top)
    table = Table(
        caption=f"{len(shown)} of {len(rows)} that no other of {trials} trials beats in reward "
        f"and {minimize}"
    )
    columns = dict.fromkeys(("trial", "key", "reward", "AP", "params", "madds", minimize))
    for name in columns:
        table.add_column(name, justify="left" if name == "key" else "right", no_wrap=True)
    for row in shown.to_dict(orient="records"):
        table.add_row(*[_cell(name, row[name]) for name in columns])
    return table


def wide_console() -> Console:
    """Standard output: as wide as a terminal, or wide enough for a table where it is a pipe."""
    console = _Console()
    return console if console.is_terminal else _Console(width=WIDTH_OF_TEXT)


class _Console(Console):
    """Goes on without a reader: a search does not end because a pager did."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        with suppress(OSError, ValueError):  # what is in its buffer may fail at the end, too
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_table(table: Table) -> None:
    """Print to standard output, in colour where that is a terminal. Raises UsageError."""
    if sys.stdout is None:
        raise UsageError(STDOUT_CLOSED)
    wide_console().print(table)


def table_text(table: Table) -> str:
    """The table as plain text."""
    console = Console(width=WIDTH_OF_TEXT, no_color=True)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def _remark(status: object, failure: object) -> str:
    """Nothing where all is well."""
    if not pd.isna(failure):  # type: ignore[call-overload]
        return str(failure)
    return "" if status == "completed" else str(status)


def _cell(column: str, value: object) -> str:
    if column in ("trial", "key"):
        return str(value)[:8]
    if column in ("params", "madds"):
        return _scaled(value)
    return _number(value, ".4f")


def _number(value: object, pattern: str) -> str:
    return "" if value is None or pd.isna(value) else format(value, pattern)  # type: ignore[call-overload]


def _scaled(value: object) -> str:
    """A count with its unit: 410 k, 9.1 M, 85.3 G."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    number = float(value)  # type: ignore[arg-type]
    for unit in ("", " k", " M", " G"):
        if abs(number) < 1000:
            return f"{number:.3g}{unit}"
        number /= 1000
    return f"{number:.3g} T"
