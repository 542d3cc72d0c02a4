"""How the best of a run came about."""

from collections.abc import Iterable

import pandas as pd

from results.event import Event
from results.masked_columns import floats, integers
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
        order = _results(store.events())
    rows = frame.set_index("trial")[["steps", "reward", "finished"]].reindex(order)
    rows.insert(0, "trial", integers(order))
    rows.insert(0, "observed", integers(range(1, len(order) + 1)))
    rewards = rows["reward"].astype(object).where(rows["reward"].notna(), None)
    best: list[tuple[int, float, int] | None] = []
    for steps, reward, trial in zip(rows["steps"].fillna(0), rewards, order, strict=True):
        last = best[-1] if best else None
        new = None if reward is None else (int(steps), float(reward), -trial)
        best.append(new if last is None or (new is not None and new > last) else last)
    rows["best_trial"] = integers([one and -one[2] for one in best])
    rows["best_steps"] = integers([(one and one[0]) or None for one in best])
    rows["best"] = floats([one and one[1] for one in best])
    return rows.reset_index(drop=True)


def _results(events: Iterable[Event]) -> list[int]:
    """Trials in the order of their results; of one that was tried again, of the last."""
    last: dict[int, None] = {}
    for event in events:
        if event.kind in ("observe", "import", "retry"):
            last.pop(event.number, None)
        if event.kind in ("observe", "import"):
            last[event.number] = None
    return list(last)
