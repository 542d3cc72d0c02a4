"""Where networks that nobody searched for stand among a run's candidates."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.baseline_training import BaselineTraining, read_baselines
from results.known_noise import noise_known
from results.masked_columns import floats, integers, texts
from results.noise import Noise, all_pooled, noise_of_repeats
from results.several_runs import Run, Runs, of_each, opened
from results.store_file import run_file
from results.student import student_975
from results.training_length import training_length
from results.trial_store import TrialStore
from results.trial_table import whole_table

Array = NDArray[np.float64]


def baselines(runs: Runs) -> pd.DataFrame:
    """A row for each training that `nas baselines` made beside a run, in their order.

    Columns: `name`, `key`, `seed`, `steps`, `reward`, `params`, `madds`, every other metric by
    name, `failure`, `fidelity`. Of a sequence of runs the first column is `run`. No rows where
    none was trained. Raises StoreDamaged.
    """
    return of_each(runs, lambda run: _trainings(read_baselines(_directory(run))))


def baseline_standings(runs: Runs, noise: Noise | None = None) -> pd.DataFrame:
    """A row for each network that has a reward, the largest mean first.

    `mean` is of the rewards of its `seeds`, after as many `steps` as the run's longest training;
    `error` is the mean's standard error, by the repeats of these networks, those of the run and
    `noise`, which was measured elsewhere; missing where there is none. `half_width` is of the
    mean's 95 % interval (Student's t), missing with less than one degree of freedom. `above` of
    the run's `candidates` that trained as long have a larger reward: of one training each, so that
    luck has raised some of them. `params`, `madds` are counts. Of a sequence of runs the first
    column is `run`. Raises NotARun, StoreDamaged.
    """
    return of_each(runs, lambda run: _standings(run, noise))


def _directory(run: Run) -> Path:
    return (run.path if isinstance(run, TrialStore) else run_file(run)).parent


def _trainings(found: Sequence[BaselineTraining]) -> pd.DataFrame:
    named = {"params", "madds"}
    others = sorted(set().union(*(one.metrics for one in found)) - named)
    return pd.DataFrame(
        {
            "name": texts([one.name for one in found]),
            "key": texts([one.key for one in found]),
            "seed": integers([one.seed for one in found]),
            "steps": integers([training_length(one.fidelity).steps for one in found]),
            "reward": floats([one.reward for one in found]),
            "params": integers([one.metrics.get("params") for one in found]),
            "madds": integers([one.metrics.get("madds") for one in found]),
            **{name: floats([one.metrics.get(name) for one in found]) for name in others},
            "failure": texts([None if one.failure is None else str(one.failure) for one in found]),
            "fidelity": texts([one.fidelity for one in found]),
        }
    )


def _standings(run: Run, given: Noise | None) -> pd.DataFrame:
    with opened(run) as store:
        frame = whole_table(store).frame[["reward", "steps"]]
        found, known = baselines(store), noise_known(store, given)
    frame, found = frame[frame["reward"].notna()], found[found["reward"].notna()]
    if frame["steps"].notna().any():
        frame = frame[(frame["steps"] == frame["steps"].max()).fillna(False)]
        found = found[found["steps"].isin(frame["steps"])]
    groups = [rows for _, rows in found.groupby("key", sort=False)]
    rewards = [rows["reward"].to_numpy(np.float64) for rows in groups]
    noise = all_pooled(known, noise_of_repeats(rewards))
    order = np.argsort([-of.mean() for of in rewards], kind="stable").tolist()
    first = [groups[place].iloc[0] for place in order]
    sorted_rewards = [rewards[place] for place in order]
    means = [float(of.mean()) for of in sorted_rewards]
    errors = _errors(noise, sorted_rewards)
    return pd.DataFrame(
        {
            "name": texts([row["name"] for row in first]),
            "key": texts([row["key"] for row in first]),
            "seeds": integers([len(of) for of in sorted_rewards]),
            "mean": floats(means),
            "error": floats(errors),
            "half_width": floats(_half_widths(noise, errors)),
            "above": integers([int((frame["reward"] > mean).sum()) for mean in means]),
            "candidates": integers([len(frame)] * len(first)),
            "steps": integers([_known(row["steps"]) for row in first]),
            "params": integers([_known(row["params"]) for row in first]),
            "madds": integers([_known(row["madds"]) for row in first]),
        }
    )


def _errors(noise: Noise | None, rewards: Sequence[Array]) -> list[float | None]:
    return [None if noise is None else noise.sd / math.sqrt(len(of)) for of in rewards]


def _half_widths(noise: Noise | None, errors: Sequence[float | None]) -> list[float | None]:
    times = math.inf if noise is None else student_975(noise.freedom)
    return [None if one is None or math.isinf(times) else times * one for one in errors]


def _known(count: int) -> int | None:
    return None if pd.isna(count) else int(count)
