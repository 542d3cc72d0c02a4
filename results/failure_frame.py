"""How many trials failed, of what."""

import pandas as pd

from results.masked_columns import floats, integers, texts
from results.several_runs import Run, Runs, of_each, opened
from results.trial_table import whole_table

NUMBER = r"\d[\d.,e+-]*"  # what else is alike differs in steps, bytes and seconds


def failure_kinds(runs: Runs) -> pd.DataFrame:
    """A row for each kind of failure, the most frequent first: `kind`, `trials`, `share`.

    `share` is of the trials that have ended. `message` is the commonest, but for its numbers, in
    the words of the first trial that had it (`trial`), and `alike` is how many had it. Of a
    sequence of runs the first column is `run`. Raises NotARun, StoreDamaged.
    """
    return of_each(runs, _frame)


def _frame(run: Run) -> pd.DataFrame:
    with opened(run) as store:
        frame = whole_table(store).frame[["trial", "status", "failure"]]
    ended = int((frame["status"] != "running").sum())
    failed = frame[frame["failure"].notna()].sort_values("trial")
    parts = failed["failure"].str.partition(": ") if len(failed) else pd.DataFrame({0: [], 2: []})
    kinds = [(str(kind), messages) for kind, messages in parts.groupby(0)[2]]
    kinds.sort(key=lambda one: (-len(one[1]), one[0]))
    words = [messages.str.replace(NUMBER, "#", regex=True) for _, messages in kinds]
    common = [group.index[group == _commonest(group)] for group in words]
    return pd.DataFrame(
        {
            "kind": texts([kind for kind, _ in kinds]),
            "trials": integers([len(messages) for _, messages in kinds]),
            "share": floats([len(messages) / ended for _, messages in kinds]),
            "message": texts([parts.loc[rows[0], 2] for rows in common]),
            "alike": integers([len(rows) for rows in common]),
            "trial": integers([int(failed.loc[rows[0], "trial"]) for rows in common]),
        }
    )


def _commonest(group: "pd.Series[str]") -> str:
    """The first to come of those that are as frequent."""
    counts = group.value_counts(sort=False)
    return str(counts.idxmax())
