"""The networks of a run, each once, with what to believe of it: best first."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from results.belief import Belief, belief
from results.estimate import Unmeasured
from results.masked_columns import Columns, counted, measured, nothing, texts
from results.networks import Networks, Run, trained_networks
from results.noise import Noise
from results.rank_agreement import NORMAL_975

BOUNDS: Final = {  # columns by the name that `Belief` has for them
    "posterior_mean": "mean",
    "low": "low",
    "high": "high",
    "low_95": "low_95",
    "high_95": "high_95",
}
CHANCES: Final = ("p_best", "p_top10")
OF_95: Final = 2 * NORMAL_975  # standard deviations between the bounds of a 95 % interval
COUNTS: Final = ("params", "madds")
TIMES: Final = ("latency_ms", "seconds", "cpu_seconds")  # means over the seeds
TEST_METRIC: Final = "test_AP"


def beliefs(runs: Run | Sequence[Run], noise: Noise | None = None) -> pd.DataFrame:
    """One row a network: the trainings of the most steps, all seeds together, of all the runs.

    The largest posterior mean stands first; of a run's directory, what `nas rerank` trained counts
    too. Columns: `key`; `trial`, the number of its best training in the first run that has it, and
    `run`, that run's directory; `seeds`, how many rewards; `mean` of them; `posterior_mean`, `low`
    and `high` (90 %), `low_95`, `high_95`, `p_best`, `p_top10` of `results/belief.py`; `error`, the
    standard deviation of what is believed; `params`, `madds`; `latency_ms`, `seconds`,
    `cpu_seconds` and `test_AP` are means over the seeds that have them. An evaluation that is in
    two runs counts once.

    Where all rewards are APs, what is believed of them is cut off at 0 and 1: the truth lies
    there, so no interval misses it that held it before. `error` is of the whole interval.

    Where no belief can be had, its columns are missing, the largest mean stands first, and
    `frame.attrs["unmeasured"]` says why. `noise`: see `results.belief.belief`.

    Raises:
        NotComparable: runs whose longest trainings have two fidelities.
        NotARun, StoreDamaged: a path that cannot be read as a run.
    """
    networks = trained_networks(runs)
    found = belief(networks.rewards(), noise)
    frame = _table(networks, found)
    if isinstance(found, Unmeasured):
        frame.attrs["unmeasured"] = found.reason
    return frame


def winner(believed: pd.DataFrame) -> int | None:
    """Number of the trial that `beliefs` have first; None where no network has a reward."""
    return int(believed["trial"].iloc[0]) if len(believed) else None


def _table(networks: Networks, found: Belief | Unmeasured) -> pd.DataFrame:
    best, means = networks.best(), networks.average("reward")
    columns: Columns = {
        "key": best["key"].array,
        "run": texts(networks.runs).take(best["run"].to_numpy(np.int64)),
        "trial": best["trial"].array,
        "seeds": counted(networks.seeds.astype(np.float64)),
        "mean": measured(means),
        **_believed(found, _range(networks.trainings), len(best)),
    }
    for name in (*COUNTS, *TIMES, TEST_METRIC):
        average = networks.average(name)
        columns[name] = counted(average) if name in COUNTS else measured(average)
    first = found.mean if isinstance(found, Belief) else means
    order = np.lexsort((np.arange(len(best)), -means, -first))
    return pd.DataFrame(columns).iloc[order].reset_index(drop=True)


def _believed(found: Belief | Unmeasured, range_: tuple[float, float], count: int) -> Columns:
    if isinstance(found, Unmeasured):
        return {name: nothing("Float64", count) for name in (*BOUNDS, "error", *CHANCES)}
    values = {name: np.clip(getattr(found, field), *range_) for name, field in BOUNDS.items()}
    values["error"] = (found.high_95 - found.low_95) / OF_95
    values |= {name: getattr(found, name) for name in CHANCES}
    return {name: measured(value) for name, value in values.items()}


def _range(trainings: pd.DataFrame) -> tuple[float, float]:
    """Where a true mean can lie: 0 to 1 of an AP."""
    reward = trainings["reward"]
    if "AP" in trainings and reward.eq(trainings["AP"]).all() and reward.between(0, 1).all():
        return 0.0, 1.0
    return -np.inf, np.inf
