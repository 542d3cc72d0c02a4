"""Tables for a terminal."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from nas.cli_output import STDOUT_CLOSED
from nas.errors import UsageError, printable

TEXTS = (  # columns that are read from the left
    *("run", "key", "status", "failure", "fidelity", "name", "kind", "message"),
    *("decision", "verdict", "strongest number", "what changed"),
)
LONG = ("run", "failure", "fidelity")  # and that may take several lines
PATTERNS = {"cpu_seconds": ".1f", "seconds": ".1f", "started": ".0f", "finished": ".0f"}
WIDTH_OF_TEXT = 120  # columns of a table that goes to a file or a pipe


def leaderboard_table(
    frame: pd.DataFrame,
    top: int,
    statuses: Mapping[str, int] | None = None,
    matched: int | None = None,
    more: Sequence[str] = (),
) -> Table:
    """The first `top` rows of a leaderboard, with `more` columns.

    The caption counts the trials in each status: `statuses`, or of the frame; and how many of them
    were asked for, where `matched` says so.
    """
    shown = frame.head(top)
    table = Table(caption=_caption(len(shown), statuses or _statuses(frame), matched))
    run = ("run",) if "run" in shown else ()
    # Rows of different steps do not compare.
    steps = ("steps",) if "steps" in shown and shown["steps"].nunique() > 1 else ()
    columns = (*run, "trial", "key", *steps, "AP", "AP50", "params", "madds", "cpu_seconds", *more)
    table.add_column("rank", justify="right", no_wrap=True)
    _add_columns(table, dict.fromkeys(columns))
    rows = shown.to_dict(orient="records")
    remarks = [_remark(row["status"], row["failure"]) for row in rows]
    if any(remarks):
        table.add_column("remark")
    for rank, (row, remark) in enumerate(zip(rows, remarks, strict=True), start=1):
        cells = [cell(name, row.get(name)) for name in dict.fromkeys(columns)]
        # No markup: it may hold [brackets].
        table.add_row(str(rank), *cells, *([Text(remark)] if any(remarks) else []))
    return table


def front_table(
    rows: pd.DataFrame, minimize: str, top: int, trials: int, more: Sequence[str] = ()
) -> Table:
    """The first `top` rows of a front of reward and `minimize`, of so many trials."""
    shown = rows.head(top)
    caption = (
        f"{len(shown)} of {len(rows)} that no other of {trials} trials beats in reward "
        f"and {minimize}"
    )
    run = ("run",) if "run" in shown else ()
    columns = (*run, "trial", "key", "reward", "AP", "params", "madds", minimize, *more)
    return plain_table(shown[list(dict.fromkeys(columns))], caption)


def plain_table(rows: pd.DataFrame, caption: str) -> Table:
    """All rows and columns."""
    table = Table(caption=caption)
    _add_columns(table, list(map(str, rows.columns)))
    for row in rows.to_dict(orient="records"):
        table.add_row(*[cell(str(name), value) for name, value in row.items()])
    return table


def noted(table: Table, notes: Iterable[str]) -> Table:
    """The table, with a line more below its caption for each note."""
    table.caption = "\n".join([str(table.caption), *(escape(printable(one)) for one in notes)])
    return table


def _caption(shown: int, statuses: Mapping[str, int], matched: int | None) -> str:
    trials = sum(statuses.values())
    if not trials:
        return "no trials yet"
    counts = ", ".join(f"{n} {status}" for status, n in statuses.items() if n)
    chosen = "" if matched is None else f"{matched} that were asked for, of "
    return f"{shown} of {chosen}{trials} trials ({counts})"


def _statuses(frame: pd.DataFrame) -> dict[str, int]:
    return {str(status): int(n) for status, n in frame["status"].value_counts().items()}


def _add_columns(table: Table, names: Iterable[str]) -> None:
    for name in names:
        left = name in TEXTS
        title = {"cpu_seconds": "CPU s"}.get(name, name)
        table.add_column(Text(title), justify="left" if left else "right", no_wrap=name not in LONG)


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


def cell(column: str, value: object) -> Text:
    """A value as it is shown in a column of that name."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return Text("")
    if column in ("params", "madds"):
        return Text(_scaled(value))
    if isinstance(value, float):
        return Text(format(value, PATTERNS.get(column, ".4f")))
    return Text(str(value)[:8] if column == "key" else str(value))


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
