"""How far the rewards of a shorter training order candidates as those of a longer one do."""

from itertools import combinations

import pandas as pd

from results.estimate import Estimate
from results.masked_columns import floats, integers, texts
from results.rank_agreement import rank_agreement
from results.several_runs import Run, Runs, of_each, opened
from results.trial_table import whole_table


def rung_agreement(runs: Runs) -> pd.DataFrame:
    """A row for each pair of lengths of training: `steps`, and the longer `of`.

    `rho` is Spearman's with its 95 % interval (`low`, `high`) over the `candidates` that have a
    reward of both; where it is not known, `unknown` says why. `begun` have one of the shorter.
    `truncated`: some of those were not promoted; as these were the worse ones, `rho` is of likes
    and falls short of what all would show.

    Of a network that was trained with several seeds the mean counts. Of a sequence of runs the
    first column is `run`. Raises NotARun, StoreDamaged.
    """
    return of_each(runs, _frame)


def _frame(run: Run) -> pd.DataFrame:
    with opened(run) as store:
        frame = whole_table(store).frame[["key", "reward", "steps"]]
    known = frame[frame["reward"].notna() & frame["steps"].notna()]
    rewards = {
        steps: known[known["steps"] == steps].groupby("key")["reward"].mean().astype(float)
        for steps in known["steps"].unique().tolist()
    }
    pairs = list(combinations(sorted(rewards), 2))
    both = [pd.concat([rewards[one], rewards[other]], axis=1, join="inner") for one, other in pairs]
    found = [rank_agreement(*columns.to_numpy().T.tolist()) for columns in both]
    figures = [
        (one.value, one.low, one.high) if isinstance(one, Estimate) else (None, None, None)
        for one in found
    ]
    begun = [len(rewards[steps]) for steps, _ in pairs]
    return pd.DataFrame(
        {
            "steps": integers([steps for steps, _ in pairs]),
            "of": integers([longer for _, longer in pairs]),
            "candidates": integers([len(columns) for columns in both]),
            "begun": integers(begun),
            "truncated": [len(columns) < n for columns, n in zip(both, begun, strict=True)],
            "rho": floats([one[0] for one in figures]),
            "low": floats([one[1] for one in figures]),
            "high": floats([one[2] for one in figures]),
            "unknown": texts([None if isinstance(one, Estimate) else one.reason for one in found]),
        }
    )
