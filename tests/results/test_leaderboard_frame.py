import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from results import (
    FailureKind,
    InvalidExport,
    NotARun,
    Outcome,
    TrialStore,
    export,
    leaderboard,
)
from tests.results.runs import make_run, scored, trial

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Rewards 0.2, failed, 0.4, infeasible, running, 0.4."""
    with TrialStore.create(tmp_path / "run", {}) as store:
        for number in range(6):
            store.propose(trial(number))
        store.finish(0, scored(0.2), 0.2)
        store.finish(1, Outcome.failed(FailureKind.DIVERGED, "loss is nan, step 17"), None)
        store.finish(2, Outcome.success({"AP": 0.4, "AP50": 0.1 + 0.2}), 0.4)
        store.finish(3, scored(0.9), None)
        store.finish(5, scored(0.4), 0.4)
    return tmp_path / "run"


def test_rows_are_best_first_then_by_number(run: Path) -> None:
    frame = leaderboard(run)
    assert frame["trial"].tolist() == [2, 5, 0, 1, 3, 4]
    assert frame["status"].tolist() == [
        "completed", "completed", "completed", "failed", "completed", "running",
    ]  # fmt: skip


def test_columns_are_typed_whatever_is_missing(run: Path) -> None:
    assert {name: str(kind) for name, kind in leaderboard(run).dtypes.items()} == {
        "trial": "Int64",
        "key": "string",
        "reward": "Float64",
        "AP": "Float64",
        "params": "Int64",
        "madds": "Int64",
        "status": "string",
        "seed": "Int64",
        "steps": "Int64",
        "AP50": "Float64",
        "seconds": "Float64",
        "failure": "string",
        "started": "Float64",
        "finished": "Float64",
        "fidelity": "string",
    }


def test_a_row_holds_what_the_trial_holds(run: Path) -> None:
    row = leaderboard(run).set_index("trial").loc[2]
    assert (row["reward"], row["AP"], row["AP50"]) == (0.4, 0.4, 0.1 + 0.2)
    assert (row["params"], row["madds"], row["seed"]) == (102, 10**10 + 2, 1002)
    assert row["key"] == trial(2).key
    assert row[["seconds", "failure"]].isna().all()


def test_a_failure_is_told(run: Path) -> None:
    failed = leaderboard(run).set_index("trial").loc[1]
    assert failed["failure"] == "diverged: loss is nan, step 17"
    assert failed[["reward", "AP"]].isna().all()


def test_an_empty_run_has_the_same_columns(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        frame = leaderboard(store)
    assert len(frame) == 0
    assert list(frame.columns[:4]) == ["trial", "key", "reward", "AP"]
    assert json.loads(export(frame, "json")) == []


def test_a_path_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotARun):
        leaderboard(tmp_path)


def test_json_is_a_list_of_objects_with_every_digit(run: Path) -> None:
    rows = json.loads(export(leaderboard(run), "json"))
    assert [row["trial"] for row in rows] == [2, 5, 0, 1, 3, 4]
    assert rows[0]["AP50"] == 0.1 + 0.2
    assert rows[0]["madds"] == 10**10 + 2
    assert rows[5]["AP"] is None


def test_csv_comes_back_the_same(run: Path) -> None:
    frame = leaderboard(run)
    kinds = {str(name): str(kind) for name, kind in frame.dtypes.items()}
    again = pd.read_csv(io.BytesIO(export(frame, "csv")), dtype=kinds)
    pd.testing.assert_frame_equal(again, frame)


def test_parquet_comes_back_the_same(run: Path) -> None:
    frame = leaderboard(run)
    again = pd.read_parquet(io.BytesIO(export(frame, "parquet")))
    pd.testing.assert_frame_equal(again, frame)


def test_another_format_is_refused_with_those_that_there_are(run: Path) -> None:
    with pytest.raises(InvalidExport, match="'xlsx': choose one of csv, json, parquet"):
        export(leaderboard(run), "xlsx")


def test_a_leaderboard_needs_no_torch_and_no_ray(tmp_path: Path) -> None:
    make_run(tmp_path, [0.1])
    script = (
        "import sys; from pathlib import Path; from results import leaderboard;"
        "assert len(leaderboard(Path(sys.argv[1]))) == 1;"
        "print(sorted({'torch', 'ray', 'plotly', 'scipy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_several_runs_are_one_table(run: Path, tmp_path: Path) -> None:
    other = make_run(tmp_path / "other", [0.3, 0.4])
    frame = leaderboard([run, other])
    assert list(frame.columns) == ["run", *leaderboard(run).columns]
    names = {str(run): "run", str(other): "other"}
    rows = [(names[row["run"]], row["trial"]) for row in frame.to_dict(orient="records")]
    assert rows == [
        *[("run", 2), ("run", 5), ("other", 1), ("other", 0), ("run", 0)],
        *[("run", 1), ("run", 3), ("run", 4)],
    ]


def test_the_top_of_several_runs_is_the_beginning_of_their_table(run: Path, tmp_path: Path) -> None:
    other = make_run(tmp_path / "other", [0.3, 0.4])
    whole = leaderboard([run, other])
    pd.testing.assert_frame_equal(leaderboard([run, other], 3), whole.head(3))


def test_a_sequence_of_one_run_has_the_column_too(run: Path) -> None:
    with TrialStore.open_read_only(run) as store:
        assert leaderboard([store])["run"].unique().tolist() == [str(run)]


def test_a_metric_that_is_called_run_gives_way_to_the_run(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0))
        store.finish(0, Outcome.success({"run": 3.0}), 0.5)
        assert leaderboard(store)["run"].tolist() == [3.0]
        assert leaderboard([store])["run"].tolist() == [str(tmp_path)]
