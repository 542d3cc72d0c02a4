"""What a rerank found, for a terminal: the contenders, and one sentence."""

from pathlib import Path

import pandas as pd
from rich.table import Table

from nas.belief_table import belief_table
from nas.errors import printable
from nas.run_directory import typed

SURE = 0.9  # probability of being best from which on there is nothing left to decide
LIKELY = 0.5


def rerank_table(frame: pd.DataFrame, rows: int) -> Table:
    """The first `rows` of `results.beliefs`, and below them what was scored on the test split."""
    shown = frame[(frame.index < rows) | frame["test_AP"].notna()]
    return belief_table(shown, f"{len(shown)} of {len(frame)} networks")


def verdict(frame: pd.DataFrame, directory: Path, budget: int, noise: str | None = None) -> str:
    """Which network is the best and how sure that is, in one sentence.

    `budget`, `noise`: as they were typed.
    """
    if (reason := frame.attrs.get("unmeasured")) is not None:
        return printable(f"not decided: {str(reason).replace('RUN_DIR', typed(directory))}")
    option = "" if noise is None else f" --noise {typed(noise)}"
    more = printable(f"`nas rerank {typed(directory)} --budget {2 * budget}{option}` goes on")
    first = frame.iloc[0]
    winner = f"trial {first['trial']} ({str(first['key'])[:8]})"
    belief = (
        f"a true reward of {first['posterior_mean']:.4f} [{first['low']:.4f}, {first['high']:.4f}]"
    )
    share = float(first["p_best"])
    if share >= SURE:
        return f"{winner} is the best, with probability {share:.2f} and {belief}"
    if share >= LIKELY:
        return f"{winner} is probably the best ({share:.2f}), with {belief}; {more}"
    rivals = int((frame["p_best"] > share / 4).sum())
    return (
        f"{winner} is the choice, with {belief}, but {rivals} networks may be the best "
        f"(its probability is {share:.2f}); {more}"
    )
