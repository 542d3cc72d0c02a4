"""What a random search would have found, of the rewards of a run."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from results.estimate import Unmeasured
from results.expected_best import expected_best
from results.several_runs import Run, opened
from results.trial_table import whole_table
from results.uniform_candidates import uniform_candidates

FEWEST = 5  # candidates


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """The best of n random candidates.

    Args:
        curve: columns n, expected, low, high of `expected_best`; ends with the uniform candidates.
        candidates: how many uniform candidates it was made of.
        failed: how many of these have no reward.
        steps: that these trained; None where that is not known.
    """

    curve: pd.DataFrame
    candidates: int
    failed: int
    steps: int | None


def chance(run: Run) -> Chance | Unmeasured:
    """From a random search, or from the first, uniform candidates of an evolution.

    Rewards after the run's longest training. Unmeasured where the uniform candidates are not known
    or fewer than 5 have ended, and with rungs: there only the promoted have trained that long.

    Raises NotARun, StoreDamaged.
    """
    with opened(run) as store, store.snapshot():
        numbers = uniform_candidates(store)
        frame = whole_table(store).frame[["trial", "status", "reward", "steps"]]
    if isinstance(numbers, Unmeasured):
        return numbers
    most = frame["steps"].max()
    rows = frame[frame["trial"].isin(numbers) & (frame["status"] != "running")]
    steps = None if pd.isna(most) else int(most)
    if steps is not None and (rows["steps"] != steps).any():
        return Unmeasured("with rungs only the promoted candidates have trained to the end")
    rewards = rows["reward"].dropna().to_numpy(np.float64)
    if len(rewards) < FEWEST:
        return Unmeasured(f"{len(rewards)} uniform candidates have a reward: it takes {FEWEST}")
    failed = len(rows) - len(rewards)
    return Chance(expected_best(rewards.tolist(), failed), len(rows), failed, steps)
