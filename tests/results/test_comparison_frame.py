import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from results import FailureKind, Outcome, TrialStore, compare
from tests.results.runs import make_run, scored, trial

CONFIG = json.dumps({"controller": {"name": "local"}, "space": {"preset": "r0-sp53"}})
HALF = '{"steps":200,"stop_step":100}'


def rungs(directory: Path) -> Path:
    """Three halves of 12.5 s, one of which failed; the best one goes on for 12.5 s more."""
    with TrialStore.create(directory, {"config": CONFIG}) as store:
        for number, reward in enumerate((0.5, 0.75)):
            store.propose(trial(number, HALF))
            store.finish(number, scored(reward), reward)
        store.propose(trial(2, HALF))
        store.finish(2, Outcome.failed(FailureKind.OUT_OF_MEMORY, "no"), None)
        store.propose(replace(trial(1), number=3, continues=1))
        store.finish(3, scored(0.625), 0.625)
        store.propose(trial(4, HALF))
    return directory


def test_a_run_is_a_row(tmp_path: Path) -> None:
    row = compare(rungs(tmp_path)).iloc[0]
    assert (row["run"], row["controller"], row["space"]) == (str(tmp_path), "local", "r0-sp53")
    counts = ["candidates", "trials", "completed", "running", "failed", "out_of_memory", "diverged"]
    assert row[counts].tolist() == [4, 5, 3, 1, 1, 1, 0]
    assert row[["best_trial", "steps", "best", "median"]].tolist() == [3, 200, 0.625, 0.625]
    assert row[["params", "madds"]].tolist() == [101, 10**10 + 1]


def test_the_time_of_a_part_is_counted_once(tmp_path: Path) -> None:
    row = compare(rungs(tmp_path)).iloc[0]
    assert row["seconds"] == 3 * 12.5
    assert pd.isna(row["cpu_seconds"])


def test_runs_are_rows_in_their_order(tmp_path: Path) -> None:
    one = make_run(tmp_path / "one", [0.25, 0.5, 0.625])
    frame = compare([one, rungs(tmp_path / "two")])
    assert frame["run"].tolist() == [str(one), str(tmp_path / "two")]
    assert frame["median"].tolist() == [0.5, 0.625]
    assert frame["controller"].isna().tolist() == [True, False]


def test_a_run_without_results_has_no_best(tmp_path: Path) -> None:
    TrialStore.create(tmp_path, {}).close()
    row = compare(tmp_path).iloc[0]
    assert row["trials"] == 0
    assert row[["best_trial", "best", "median", "seconds", "wall_seconds"]].isna().all()
