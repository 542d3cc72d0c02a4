"""The rows of a report's table and of its chart of rewards against cost."""

from typing import Final

import numpy as np
import pandas as pd

from results.errors import UnknownMetric
from results.front import pareto_front
from results.report_cells import Json, figures, word_column
from results.report_drawing import packed
from results.trial_store import TrialStore

ROWS: Final = 14_000  # of all runs of a page
DRAWN: Final = 2_500_000  # characters of drawings in a page
METRICS: Final = 12  # columns of other metrics
COSTS: Final = ("madds", "params", "latency_ms", "cpu_seconds", "seconds")
NAMED: Final = ("trial", "reward", "AP", "params", "madds", "steps")
OTHERS: Final = ("status", "failure", "fidelity", "key", "started", "finished", "seed", "run")


def trial_rows(store: TrialStore, frame: pd.DataFrame, believed: pd.DataFrame, share: int) -> Json:
    """Columns of at most ROWS / share trials, drawings, and the Pareto front by cost.

    frame: the run's leaderboard; believed: of `results.beliefs`; share: runs in the page.
    """
    fronts = _fronts(frame)
    rows, sample = _chosen(frame, ROWS // share, {n for one in fronts.values() for n in one})
    names = [name for name in NAMED if name in rows and rows[name].notna().any()]
    metrics = sorted(set(rows.columns) - {*NAMED, *OTHERS})
    metrics = [name for name in metrics if rows[name].notna().any()]
    metrics.sort(key=lambda name: name not in COSTS)
    drawings = _drawings(store, rows, DRAWN // share)
    columns: Json = {name: figures(rows[name]) for name in [*names, *metrics[:METRICS]]}
    return {
        "total": len(frame),
        "note": _note(len(frame), rows, metrics[METRICS:], drawings),
        "names": [*names, *metrics[:METRICS]],
        "columns": columns | _believed(rows, believed),
        "status": word_column(rows["status"]),
        "failure": word_column(rows["failure"]),
        "drawings": drawings,
        "fronts": fronts,
        "sample": sample,
    }


def _fronts(frame: pd.DataFrame) -> dict[str, list[int]]:
    found = {}
    frame = frame[
        [name for name in ("trial", "status", "reward", "steps", *COSTS) if name in frame]
    ]
    for cost in COSTS:
        try:
            front = pareto_front(frame, cost)
        except UnknownMetric:
            continue
        if len(front):
            found[cost] = [int(number) for number in front["trial"]]
    return found


def _chosen(
    frame: pd.DataFrame, most: int, needed: set[int]
) -> tuple[pd.DataFrame, list[int] | None]:
    """All; or the fronts, the first half and a uniform sample of the others, in order, with the
    places among these rows of what is a uniform sample of all.
    """
    if len(frame) <= most:
        return frame, None
    rng = np.random.Generator(np.random.PCG64(0))
    best, drawn = most // 2, most - most // 2
    uniform = np.zeros(len(frame), np.bool_)
    uniform[rng.choice(np.arange(best, len(frame)), drawn, replace=False)] = True
    # Of the best as large a share as of the others.
    among_best = round(best * drawn / (len(frame) - best))
    uniform[rng.choice(best, among_best, replace=False)] = True
    kept = uniform | frame["trial"].isin(needed).to_numpy(np.bool_)
    kept[:best] = True
    return frame[kept], np.flatnonzero(uniform[kept]).tolist()


def _believed(rows: pd.DataFrame, believed: pd.DataFrame) -> Json:
    """What to believe of each row's network, where that is known."""
    if not believed["posterior_mean"].notna().any():
        return {}
    of = believed.set_index("key")[["posterior_mean", "low", "high", "p_best"]]
    found = of.reindex(rows["key"])
    return {f"believed {name}": figures(found[name]) for name in found}


def _drawings(store: TrialStore, rows: pd.DataFrame, budget: int) -> list[str | None]:
    """Of the rows, from the first on, as many as fit."""
    if not len(rows):
        return []
    numbers = rows["trial"].tolist()
    first = packed(store.architectures(numbers[:1])[int(numbers[0])])
    drawn = numbers[: max(1, budget // (len(first) + 1))]
    built = store.architectures(drawn)
    found: list[str | None] = [packed(built[int(number)]) for number in drawn]
    return found + [None] * (len(numbers) - len(drawn))


def _note(total: int, rows: pd.DataFrame, left: list[str], drawings: list[str | None]) -> str:
    parts = []
    if len(rows) < total:
        parts.append(
            f"This table holds {len(rows):,} of {total:,} trials: the first half of these rows is "
            "the best ones, the others are drawn at random. What else is on this page is of every "
            "trial, unless it says otherwise. nas leaderboard has all rows."
        )
    if left:
        parts.append(f"{len(left)} more metrics are in `nas leaderboard --format csv`.")
    if missing := drawings.count(None):
        parts.append(f"The last {missing:,} rows have no drawing: `nas show` has them.")
    return " ".join(parts)
