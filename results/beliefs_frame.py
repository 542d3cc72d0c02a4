"""The networks of a run, each once, with what to believe of it: best first."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from results.belief import Belief, belief
from results.estimate import Unmeasured
from results.masked_columns import Columns, floats, integers, nothing, texts
from results.networks import Network, Run, networks_of, repeated_networks
from results.noise import Noise, noise_of_repeats

BELIEF: Final = {  # columns by the name that `Belief` has for them
    "posterior_mean": "mean",
    "low": "low",
    "high": "high",
    "low_95": "low_95",
    "high_95": "high_95",
    "p_best": "p_best",
    "p_top10": "p_top10",
}
COUNTS: Final = ("params", "madds")
TIMES: Final = ("latency_ms", "seconds", "cpu_seconds")  # means over the seeds
TEST_METRIC: Final = "test_AP"


def beliefs(runs: Run | Sequence[Run], noise: Noise | None = None) -> pd.DataFrame:
    """One row a network: the trainings of the most steps, all seeds together, of all the runs.

    The largest posterior mean stands first; of a run's directory, what `nas rerank` trained counts
    too. Columns: `key`; `trial`, the number of its best training in the first run that has it, and
    `run`, that run's path; `seeds`, how many rewards; `mean` of them; `posterior_mean`, `low` and
    `high` (90 %), `low_95`, `high_95`, `p_best`, `p_top10` of `results/belief.py`; `params`,
    `madds`; `latency_ms`, `seconds`, `cpu_seconds` and `test_AP` are means over the seeds that
    have them. An evaluation that is in two runs counts once.

    Where no belief can be had, its columns are missing, the largest mean stands first, and
    `frame.attrs["unmeasured"]` says why. `noise`: see `results.belief.belief`.

    Raises:
        NotComparable: runs whose longest trainings have two fidelities.
        NotARun, StoreDamaged: a path that cannot be read as a run.
    """
    networks = networks_of(runs)
    found = belief([network.rewards for network in networks], noise)
    frame = _table(networks, found)
    if isinstance(found, Unmeasured):
        frame.attrs["unmeasured"] = found.reason
    return frame


def measured_noise(runs: Run | Sequence[Run]) -> Noise | None:
    """What the repeats of runs say that a seed changes, such as those of a run of `nas doctor`.

    Of the longest trainings that were repeated; None where none was. Raises NotARun, StoreDamaged.
    """
    rewards = [np.array(network.rewards) for network in repeated_networks(runs)]
    return noise_of_repeats(rewards)


def _table(networks: Sequence[Network], found: Belief | Unmeasured) -> pd.DataFrame:
    best = [network.best for network in networks]
    means = [float(np.mean(network.rewards)) for network in networks]
    columns: Columns = {
        "key": texts([trial.key for _, trial in best]),
        "run": texts([run for run, _ in best]),
        "trial": integers([trial.number for _, trial in best]),
        "seeds": integers([len(network.rewards) for network in networks]),
        "mean": floats(means),
    }
    for name, field in BELIEF.items():
        if isinstance(found, Belief):
            columns[name] = floats(getattr(found, field).tolist())
        else:
            columns[name] = nothing("Float64", len(best))
    for name in COUNTS:
        columns[name] = integers([network.average(name) for network in networks])
    for name in (*TIMES, TEST_METRIC):
        columns[name] = floats([network.average(name) for network in networks])
    first = found.mean if isinstance(found, Belief) else np.array(means)
    order = np.lexsort((np.arange(len(best)), -np.array(means), -first))
    return pd.DataFrame(columns).iloc[order].reset_index(drop=True)
