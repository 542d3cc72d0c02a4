"""How the best of a run came about."""

import numpy as np
import pandas as pd

from results.journal import journal
from results.masked_columns import integers
from results.several_runs import Run, Runs, of_each, opened
from results.trial_table import whole_table


def best_so_far(runs: Runs) -> pd.DataFrame:
    """A row a result, in the order in which the results came, and the best until then.

    `observed` counts them from 1, failures too; `steps`, `reward` and `finished` are of `trial`.
    `best_trial`, `best_steps` and `best` are the trial that a leaderboard would have had first, its
    steps and its reward: it is of the longest training so far, so its reward may fall when a rung
    is first reached. Of a sequence of runs the first column is `run`.

    Raises:
        NotARun, StoreDamaged: as of `leaderboard`.
    """
    return of_each(runs, _frame)


def _frame(run: Run) -> pd.DataFrame:
    with opened(run) as store, store.snapshot():
        frame = whole_table(store).frame
        order = journal(store).results()
    rows = frame.set_index("trial")[["steps", "reward", "finished"]].reindex(order)
    rows = rows.reset_index(drop=True)
    rows.insert(0, "trial", integers(order.tolist()))
    rows.insert(0, "observed", integers(range(1, len(order) + 1)))
    best = _best(rows)
    for name, of in (("best_trial", "trial"), ("best_steps", "steps"), ("best", "reward")):
        rows[name] = rows[of].array.take(best, allow_fill=True)
    return rows


def _best(rows: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The place of the best of the rows up to each, -1 before the first reward: [rows]."""
    reward = rows["reward"].to_numpy(np.float64, na_value=np.nan)
    steps = rows["steps"].to_numpy(np.int64, na_value=0)
    order = np.lexsort((-rows["trial"].to_numpy(np.int64), reward, steps))
    order = order[~np.isnan(reward[order])]
    rank = np.full(len(rows), -1)
    rank[order] = np.arange(len(order))
    highest = np.maximum.accumulate(rank)
    return np.where(highest < 0, -1, np.append(order, -1)[highest])
