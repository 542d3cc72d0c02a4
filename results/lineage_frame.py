"""Who was made of whom, and what that gained."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.errors import UnknownTrial
from results.journal import Journal, journal, nonsense, parents
from results.masked_columns import Columns, in_front, integers
from results.several_runs import Run, Runs, of_each, opened
from results.trial_queries import TrialQueries
from results.trial_table import TrialTable, whole_table

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Lineage:
    """Who was made of whom, in the order of the journal.

    Args:
        candidates: `[trials]`, the candidate of each trial, by number.
        numbers: `[trials]`, their numbers, ascending.
        frame: the columns of `lineage`.
    """

    candidates: Places
    numbers: Places
    frame: pd.DataFrame

    def candidate(self, trial: int) -> int:
        """Raises UnknownTrial."""
        place = int(np.searchsorted(self.numbers, trial))
        if place == len(self.numbers) or self.numbers[place] != trial:
            count = len(self.numbers)
            raise UnknownTrial(f"trial {trial} is not in this run: it has {count} trials")
        return int(self.candidates[place])


def lineage(runs: Runs) -> pd.DataFrame:
    """A row for each parent of each candidate, as far as its controller told: by child.

    `child` and `parent` are numbers of first trials; `gain` is the child's reward less the
    parent's, both after `steps`, the most that both have trained; missing where there are none.
    Of a sequence of runs the first column is `run`.

    Raises:
        NotARun, StoreDamaged: as of `leaderboard`.
    """
    return of_each(runs, lambda run: _lineage(run).frame.copy())


def ancestry(run: Run, trial: int) -> pd.DataFrame:
    """The rows of `lineage` that a trial's candidate descends from, nearest first.

    `generation` is 1 where the child is that candidate, 2 where it is a parent of it, and so on;
    with several ways to a child, by the shortest.

    Raises:
        NotARun, StoreDamaged: as of `leaderboard`.
        UnknownTrial: no such trial.
    """
    found = _lineage(run)
    child, parent = (found.frame[name].to_numpy(np.int64) for name in ("child", "parent"))
    order = np.argsort(child, kind="stable")
    sorted_children = child[order]
    generations: dict[int, int] = {}  # of each place among the edges
    new = {found.candidate(trial)}
    seen = set(new)
    generation = 0
    while new:
        generation += 1
        edges: list[int] = []
        for one in sorted(new):
            begin, end = np.searchsorted(sorted_children, [one, one + 1])
            edges += order[begin:end].tolist()
        generations |= dict.fromkeys(edges, generation)
        new = set(parent[edges].tolist()) - seen
        seen |= new
    frame = found.frame.take(list(generations)).reset_index(drop=True)
    return in_front(frame, "generation", integers(list(generations.values())))


def _lineage(run: Run) -> Lineage:
    with opened(run) as store, store.snapshot():
        return store.once(_read)


def _read(store: TrialQueries) -> Lineage:
    table, events = whole_table(store), journal(store)
    numbers, first = table.frame["trial"].to_numpy(np.int64), table.first_rows()
    children, named = parents(events, store)
    child = np.searchsorted(numbers, children)
    parent = np.searchsorted(numbers, named)
    for rows, of in ((parent, named), (child, children)):
        _refuse_lost(rows, of, children, numbers, events, store)
    parent = first[parent]
    frame = pd.DataFrame(
        {"child": integers(children.tolist()), "parent": integers(numbers[parent].tolist())}
    )
    return Lineage(numbers[first], numbers, frame.assign(**_gains(table, first, child, parent)))


def _refuse_lost(
    rows: Places,
    named: Places,
    children: Places,
    numbers: Places,
    events: Journal,
    store: TrialQueries,
) -> None:
    """Raises StoreDamaged for a trial that is named and is not there."""
    there = np.append(numbers, -1)[rows] == named
    if not there.all():
        lost = int(np.flatnonzero(~there)[0])
        place = int(events.made[np.flatnonzero(events.numbers[events.made] == children[lost])[0]])
        raise nonsense(events, store, place, f"there is no trial {named[lost]}")


def _gains(table: TrialTable, first: Places, child: Places, parent: Places) -> Columns:
    """`steps` and `gain` of each pair of rows of candidates."""
    reward = table.frame["reward"].to_numpy(np.float64, na_value=np.nan)
    steps = table.frame["steps"].to_numpy(np.int64, na_value=0)
    most = np.full(len(child), -1)
    gain = np.full(len(child), np.nan)
    for length in np.unique(steps[~np.isnan(reward)])[::-1].tolist():
        rows = np.flatnonzero((steps == length) & ~np.isnan(reward))
        after = np.full(len(reward), np.nan)  # of each candidate's row, the last that it has
        after[first[rows]] = reward[rows]
        found = after[child] - after[parent]
        new = (most < 0) & ~np.isnan(found)
        most[new], gain[new] = length, found[new]
    return {
        "steps": pd.arrays.IntegerArray(most, most <= 0),
        "gain": pd.arrays.FloatingArray(gain, most < 0),
    }
