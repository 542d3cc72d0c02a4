"""The candidates that no other beats in both reward and cost, and how much they cover together."""

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from results.errors import UnknownMetric

if TYPE_CHECKING:
    import pandas as pd

# Numbers of a leaderboard that measure no network,
NO_METRICS = ("trial", "reward", "seed", "steps", "started", "finished")
LARGER_IS_BETTER = ("AP", "AR")  # and how the names of those begin that nobody wants small


def pareto_front(frame: "pd.DataFrame", minimize: str = "madds") -> "pd.DataFrame":
    """The rows of a leaderboard that no other completed trial dominates, by ascending metric.

    A trial dominates another if it is no worse in both and better in one: reward, where larger is
    better, and the metric, where smaller is. Equals stay, by trial number; trials without a reward
    or without the metric are left out, and those that trained less long than others.

    Raises:
        UnknownMetric: the leaderboard has no such metric, or larger is better in it.
    """
    numbers = set(frame.select_dtypes("number").columns).difference(NO_METRICS)
    metrics = sorted(name for name in numbers if not name.startswith(LARGER_IS_BETTER))
    if minimize not in metrics:
        raise UnknownMetric(
            f"no metric {minimize!r} to minimise in this leaderboard: choose from "
            f"{', '.join(metrics)}"
        )
    known = frame["reward"].notna() & frame[minimize].notna() & (frame["status"] == "completed")
    if "steps" in frame and frame["steps"].notna().any():
        known &= (frame["steps"] == frame["steps"][known].max()).fillna(False)
    rows = frame[known].sort_values([minimize, "reward", "trial"], ascending=[True, False, True])
    kept = []
    best = (-math.inf, math.inf)  # of the rows so far: the best reward, and its least cost
    for reward, cost in zip(rows["reward"], rows[minimize], strict=True):
        if reward > best[0]:
            best = (reward, cost)
        kept.append((reward, cost) == best)
    return rows[np.array(kept, np.bool_)].reset_index(drop=True)


def hypervolume(points: ArrayLike, reference: tuple[float, float]) -> float:
    """The area of (reward, cost) that points dominate, down to a reference point; exact.

    The S metric of Zitzler and Thiele 1999 (10.1109/4235.797969) for two objectives: what lies
    below one of the rewards, above the reference's reward, right of that point's cost and left of
    the reference's cost. In units of reward times cost, so a ratio of two hypervolumes does not
    depend on either unit; it does depend on the reference. To compare searches of one space, take
    (5 % quantile of the rewards, 95 % quantile of the costs) of many uniform members: it is fixed
    before any search, leaves outliers out, and no search can move it. Costs are linear, as their
    hypervolume is then multiply-adds times reward; points beyond the reference add nothing.

    Args:
        points: `[n, 2]`, reward (larger is better) and cost (smaller is better); dominated ones
            add nothing. May be empty.
        reference: (reward, cost), the worst that counts.
    """
    found = np.asarray(points, np.float64).reshape(-1, 2)
    worst_reward, worst_cost = reference
    found = found[(found[:, 0] > worst_reward) & (found[:, 1] < worst_cost)]
    found = found[np.argsort(found[:, 1])]
    heights = np.maximum.accumulate(found[:, 0]) - worst_reward
    widths = np.diff(found[:, 1], append=worst_cost)
    return float(heights @ widths)
