"""How sure one may be that the first of `results.beliefs` is the best, in words."""

from typing import Final

import pandas as pd

SURE: Final = 0.9  # probability of being best from which on there is nothing left to decide
LIKELY: Final = 0.5
RIVAL: Final = 0.25  # of the first one's probability, above which another may be the best as well


def claim(believed: pd.DataFrame) -> str:
    """What the first one is: "the best", "probably the best" or "the choice"."""
    share = float(believed["p_best"].iloc[0])
    return "the best" if share >= SURE else "probably the best" if share >= LIKELY else "the choice"


def doubt(believed: pd.DataFrame) -> str | None:
    """Of a choice, how many may be the best as well as it; None of what is probably the best."""
    share = float(believed["p_best"].iloc[0])
    if share >= LIKELY:
        return None
    many = int((believed["p_best"] > RIVAL * share).sum())
    return f"{many} networks may be the best" if many > 1 else "another may be the best"
