"""Runs side by side."""

import json
from typing import Any

import numpy as np
import pandas as pd

from results.masked_columns import floats, integers, texts
from results.outcome import FailureKind
from results.several_runs import Run, Runs, of_each, opened
from results.time_spent import TIMES
from results.trial import TrialStatus
from results.trial_store import TrialStore
from results.trial_table import TrialTable, whole_table


def compare(runs: Runs) -> pd.DataFrame:
    """One row a run, in their order.

    `controller` and `space` are names of its config; `candidates` are counted once, however many
    `trials` their rungs were; then how many trials are in each status, and failed of each kind.
    `best_trial` is the first of its leaderboard, with its `steps`, reward (`best`), `params` and
    `madds`; `median` is of all rewards after as many steps. `seconds` and `cpu_seconds` were spent
    in evaluations that came to their end, `wall_seconds` passed from the first start to the last
    end, pauses of the search included.

    Raises:
        NotARun, StoreDamaged: as of `leaderboard`.
    """
    return of_each([runs] if isinstance(runs, Run) else runs, _row)


def _row(run: Run) -> pd.DataFrame:
    with opened(run) as store, store.snapshot():
        table = whole_table(store)
        names = _names(store)
    frame = table.frame
    return pd.DataFrame(
        {
            **{name: texts([value]) for name, value in names.items()},
            "candidates": integers([int((table.continues < 0).sum())]),
            "trials": integers([len(frame)]),
            **{one.value: integers([int((frame["status"] == one).sum())]) for one in TrialStatus},
            **{kind.value: integers([_failed(frame, kind)]) for kind in FailureKind},
            **_best(frame),
            **{name: floats([_spent(table, name)]) for name in TIMES},
            "wall_seconds": floats([_known(frame["finished"].max() - frame["started"].min())]),
        }
    )


def _names(store: TrialStore) -> dict[str, str | None]:
    """Of the controller and the space; None where the run was not made by nas."""
    try:
        config = json.loads(store.meta()["config"])
        return {
            "controller": str(config["controller"]["name"]),
            "space": str(config["space"]["preset"]),
        }
    except (LookupError, TypeError, ValueError, RecursionError):
        return {"controller": None, "space": None}


def _failed(frame: pd.DataFrame, kind: FailureKind) -> int:
    return int(frame["failure"].str.startswith(f"{kind}: ").sum())


def _best(frame: pd.DataFrame) -> dict[str, Any]:
    known = frame[frame["reward"].notna()]
    steps = known["steps"].fillna(0)
    longest = known[steps == steps.max()]
    best = longest.sort_values(["reward", "trial"], ascending=[False, True]).head(1)
    first = {name: _known(best[name].squeeze()) if len(best) else None for name in best}
    return {
        "best_trial": integers([first["trial"]]),
        "steps": integers([first["steps"]]),
        "best": floats([first["reward"]]),
        "median": floats([_known(longest["reward"].median())]),
        "params": integers([first["params"]]),
        "madds": integers([first["madds"]]),
    }


def _spent(table: TrialTable, name: str) -> float | None:
    """In all: of what a trial's time says of a whole training, its own part."""
    if name not in table.frame:
        return None
    spent = table.frame[name].to_numpy(np.float64, na_value=np.nan)
    parts = table.continues >= 0
    before = np.where(np.isnan(spent[parts]), np.nan, spent[table.continues[parts]])
    return None if np.isnan(spent).all() else float(np.nansum(spent) - np.nansum(before))


def _known(value: Any) -> Any:  # noqa: ANN401 - a scalar of pandas
    return None if pd.isna(value) else value
