"""What a rerank found, for a terminal: the contenders, and one sentence."""

from pathlib import Path

import pandas as pd
from rich.table import Table

from nas.belief_table import belief_table
from nas.errors import printable
from results.best_claim import SURE, claim, doubt
from results.shell_word import shell_word


def rerank_table(frame: pd.DataFrame, rows: int) -> Table:
    """The first `rows` of `results.beliefs`, and below them what was scored on the test split."""
    shown = frame[(frame.index < rows) | frame["test_AP"].notna()]
    return belief_table(shown, f"{len(shown)} of {len(frame)} networks")


def verdict(frame: pd.DataFrame, directory: Path, further: str) -> str:
    """Which network is the best and how sure that is, in one sentence.

    `further`: the command that takes the race further.
    """
    if (reason := frame.attrs.get("unmeasured")) is not None:
        return printable(f"not decided: {str(reason).replace('RUN_DIR', shell_word(directory))}")
    more = printable(f"`{further}` goes on")
    first = frame.iloc[0]
    winner = f"trial {first['trial']} ({str(first['key'])[:8]}) is {claim(frame)}"
    belief = (
        f"a true reward of {first['posterior_mean']:.4f} [{first['low']:.4f}, {first['high']:.4f}]"
    )
    share = float(first["p_best"])
    if share >= SURE:
        return f"{winner}, with probability {share:.2f} and {belief}"
    if (but := doubt(frame)) is None:
        return f"{winner} ({share:.2f}), with {belief}; {more}"
    return f"{winner}, with {belief}, but {but} (its probability is {share:.2f}); {more}"
