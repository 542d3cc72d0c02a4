"""Who was made of whom, and what that gained."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from results.errors import StoreDamaged, UnknownTrial
from results.event import Event
from results.masked_columns import floats, in_front, integers
from results.several_runs import Run, Runs, of_each, opened
from results.sqlite_faults import damaged
from results.trial_table import TrialTable, whole_table

Curve = dict[int, float]  # a candidate's rewards by steps trained; 0 where these are not known
Edge = tuple[int, int]  # a child and one of its parents


def lineage(runs: Runs) -> pd.DataFrame:
    """A row for each parent of each candidate, as far as its controller told: by child.

    `child` and `parent` are numbers of first trials; `gain` is the child's reward less the
    parent's, both after `steps`, the most that both have trained; missing where there are none.
    Of a sequence of runs the first column is `run`.

    Raises:
        NotARun, StoreDamaged: as of `leaderboard`.
    """
    return of_each(runs, lambda run: _frame(*_read(run)[1:]))


def ancestry(run: Run, trial: int) -> pd.DataFrame:
    """The rows of `lineage` that a trial's candidate descends from, nearest first.

    `generation` is 1 where the child is that candidate, 2 where it is a parent of it, and so on;
    with several ways to a child, by the shortest.

    Raises:
        NotARun, StoreDamaged: as of `leaderboard`.
        UnknownTrial: no such trial.
    """
    candidates, curves, edges = _read(run)
    if trial not in candidates:
        raise UnknownTrial(f"trial {trial} is not in this run: it has {len(candidates)} trials")
    parents: dict[int, list[int]] = {}
    for child, parent in edges:
        parents.setdefault(child, []).append(parent)
    generations: dict[Edge, int] = {}
    seen = new = {candidates[trial]}
    generation = 0
    while new:
        generation += 1
        found = [(child, parent) for child in sorted(new) for parent in parents.get(child, ())]
        generations |= dict.fromkeys(found, generation)
        new = {parent for _, parent in found} - seen
        seen = seen | new
    frame = _frame(curves, list(generations))
    return in_front(frame, "generation", integers(list(generations.values())))


def _read(run: Run) -> tuple[dict[int, int], dict[int, Curve], list[Edge]]:
    """The candidate of each trial, the curve of each candidate, and who was made of whom."""
    with opened(run) as store, store.snapshot():
        table = whole_table(store)
        candidates = dict(zip(table.frame["trial"], table.candidates(), strict=True))
        edges = [
            (event.number, candidates[parent])
            for event in store.events()
            for parent in _parents(event, candidates, store.path)
        ]
    return candidates, _curves(table), edges


def _parents(event: Event, candidates: Mapping[int, int], file: Path) -> Iterator[int]:
    if event.kind != "propose" or event.detail is None:
        return
    try:
        numbers = json.loads(event.detail)
        if type(numbers) is not list or not all(type(one) is int for one in numbers):
            raise ValueError("it names no trials")
        if lost := [number for number in numbers if number not in candidates]:
            raise ValueError(f"there is no trial {lost[0]}")
    except (ValueError, RecursionError) as fault:
        what = f"event {event.seq} does not say what trial {event.number} was made of: {fault}"
        raise StoreDamaged(damaged(file, what)) from fault
    yield from dict.fromkeys(numbers)


def _curves(table: TrialTable) -> dict[int, Curve]:
    curves: dict[int, Curve] = {}
    rewarded = table.frame["reward"].notna()
    steps = table.frame["steps"].fillna(0)
    rows = zip(table.candidates(), rewarded, steps, table.frame["reward"], strict=True)
    for candidate, known, trained, reward in rows:
        if known:
            curves.setdefault(candidate, {})[trained] = reward
    return curves


def _frame(curves: Mapping[int, Curve], edges: list[Edge]) -> pd.DataFrame:
    steps: list[int | None] = []
    gains: list[float | None] = []
    for child, parent in edges:
        one, other = curves.get(child, {}), curves.get(parent, {})
        both = max(one.keys() & other.keys(), default=None)
        steps.append(both or None)
        gains.append(None if both is None else one[both] - other[both])
    return pd.DataFrame(
        {
            "child": integers([child for child, _ in edges]),
            "parent": integers([parent for _, parent in edges]),
            "steps": integers(steps),
            "gain": floats(gains),
        }
    )
