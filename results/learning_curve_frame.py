"""What is known of each candidate after how many steps."""

import pandas as pd

from results.masked_columns import in_front, integers
from results.several_runs import Run, Runs, of_each, opened
from results.trial_table import whole_table, with_texts


def learning_curves(runs: Runs) -> pd.DataFrame:
    """A row for each rung that a candidate completed: by candidate, then by steps trained.

    `candidate` is the number of its first trial, the others are the columns of `leaderboard`; times
    are of the training up to there. Of a sequence of runs the first column is `run`.

    Raises:
        NotARun, StoreDamaged: as of `leaderboard`.
    """
    return of_each(runs, _curves)


def _curves(run: Run) -> pd.DataFrame:
    with opened(run, part=True) as store:  # no events
        table = whole_table(store)
    frame = in_front(with_texts(table.frame), "candidate", integers(table.candidates().tolist()))
    completed = frame[frame["status"] == "completed"]
    return completed.sort_values(["candidate", "steps", "trial"]).reset_index(drop=True)
