"""What is believed of networks, for a terminal."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.table import Table
from rich.text import Text

from nas.errors import printable
from nas.tables import LONG, TEXTS, cell
from results.belief import NO_NOISE
from results.shell_word import shell_word

TITLES = {
    "posterior_mean": "believed",
    "interval": "interval",
    "p_best": "best",
    "p_top10": "top 10",
    "test_AP": "test AP",
}
SEEN = ("trial", "key", "seeds", "mean")
BELIEVED = ("posterior_mean", "interval", "p_best", "p_top10")


def belief_table(shown: pd.DataFrame, caption: str, more: Sequence[str] = ()) -> Table:
    """All rows of `results.beliefs` that are given, with `more` columns."""
    known = bool(shown["posterior_mean"].notna().any())
    table = Table(caption=f"{caption}; intervals are of 90 %" if known else caption)
    run = ("run",) if shown["run"].nunique() > 1 else ()
    tested = ("test_AP",) if shown["test_AP"].notna().any() else ()
    names = list(dict.fromkeys((*run, *SEEN, *(BELIEVED if known else ()), *tested, *more)))
    for name in names:
        justify = "left" if name in TEXTS else "right"
        title = Text(TITLES.get(name, name))
        table.add_column(title, justify=justify, no_wrap=name not in LONG)  # type: ignore[arg-type]
    for row in shown.to_dict(orient="records"):
        row["interval"] = _interval(row["low"], row["high"])
        row |= {name: _share(row[name]) for name in ("p_best", "p_top10")}
        table.add_row(*[cell(name, row[name]) for name in names])
    return table


def unmeasured_line(frame: pd.DataFrame, run: Path) -> str | None:
    """What the order of a table assumes where nothing can be believed, and the way out."""
    reason = frame.attrs.get("unmeasured")
    if reason is None:
        return None
    more = ", and --noise takes what `nas doctor` measured" if reason == NO_NOISE else ""
    told = str(reason).replace("RUN_DIR", shell_word(run))
    return printable(
        f"ordered by the mean that was seen, as if nothing of it were luck: {told}{more}"
    )


def _interval(low: object, high: object) -> str:
    return "" if pd.isna(low) else f"[{low:.4f}, {high:.4f}]"  # type: ignore[call-overload]


def _share(value: object) -> str:
    """A probability that is counted on some thousand draws."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    share = float(value)  # type: ignore[arg-type]
    return "< 0.01" if 0 <= share < 0.01 else f"{share:.2f}"
