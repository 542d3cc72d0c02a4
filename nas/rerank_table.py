"""What a rerank found, for a terminal: the contenders, and one sentence."""

from pathlib import Path

import pandas as pd
from rich.table import Table

from nas.run_directory import typed

SURE = 0.9  # probability of being best from which on there is nothing left to decide
LIKELY = 0.5


def rerank_table(frame: pd.DataFrame, rows: int) -> Table:
    """The first `rows` of `results.beliefs`, and below them what was scored on the test split."""
    tested = frame["test_AP"].notna()
    shown = frame[(frame.index < rows) | tested]
    table = Table(caption=f"{len(shown)} of {len(frame)} networks; intervals are of 90 %")
    names = ["contender", "key", "seeds", "mean", "believed", "interval", "best", "top 10"]
    for name in [*names, *(["test AP"] if tested.any() else [])]:
        table.add_column(name, justify="left" if name == "key" else "right", no_wrap=True)
    for row in shown.to_dict(orient="records"):
        cells = [f"trial {row['trial']}", str(row["key"])[:8], str(row["seeds"])]
        cells += [_number(row["mean"]), _number(row["posterior_mean"])]
        known = not pd.isna(row["low"])
        cells.append(f"[{row['low']:.4f}, {row['high']:.4f}]" if known else "")
        cells += [_share(row["p_best"]), _share(row["p_top10"])]
        table.add_row(*cells, *([_number(row["test_AP"])] if tested.any() else []))
    return table


def verdict(frame: pd.DataFrame, directory: Path, budget: int) -> str:
    """Which network is the best and how sure that is, in one sentence."""
    if "unmeasured" in frame.attrs:
        return f"not decided: {frame.attrs['unmeasured']}"
    first = frame.iloc[0]
    name = f"trial {first['trial']} ({str(first['key'])[:8]})"
    belief = (
        f"a true reward of {first['posterior_mean']:.4f} [{first['low']:.4f}, {first['high']:.4f}]"
    )
    more = f"`nas rerank {typed(directory)} --budget {2 * budget}` goes on"
    share = float(first["p_best"])
    if share >= SURE:
        return f"{name} is the best, with probability {share:.2f} and {belief}"
    if share >= LIKELY:
        return f"{name} is probably the best ({share:.2f}), with {belief}; {more}"
    rivals = int((frame["p_best"] > share / 4).sum())
    return (
        f"{name} is the choice, with {belief}, but {rivals} networks may be the best "
        f"(its probability is {share:.2f}); {more}"
    )


def _number(value: object) -> str:
    return "" if pd.isna(value) else f"{value:.4f}"  # type: ignore[call-overload]


def _share(value: object) -> str:
    """A probability that is counted on some thousand draws."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    share = float(value)  # type: ignore[arg-type]
    return "< 0.01" if 0 <= share < 0.01 else f"{share:.2f}"
