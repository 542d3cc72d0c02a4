"""The whole table against one that is made a trial and a cell at a time."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from results import StoreDamaged, TrialStore, TrialSummary, leaderboard, summary_rows, trial_store
from results.time_spent import metrics_of_all_parts
from results.training_length import training_length
from results.trial_table import FIRST_COLUMNS, LAST_COLUMNS, NAMED
from tests.results.edited import edited
from tests.results.old_formats import in_format
from tests.results.runs import make_run
from tests.results.varied_run import make_varied_run


def cell_by_cell(run: Path) -> pd.DataFrame:
    with TrialStore.open_read_only(run) as store:
        rows = store.summaries()
    metrics = metrics_of_all_parts(rows)
    others = sorted({name for row in rows for name in row.metrics} - NAMED.keys())
    kinds = FIRST_COLUMNS | dict.fromkeys(others, "Float64") | LAST_COLUMNS
    cells = [_row(row, {**metrics[row.number]}) for row in rows]
    return pd.DataFrame(
        {name: pd.array([row.get(name) for row in cells], kind) for name, kind in kinds.items()}
    )


def _row(row: TrialSummary, metrics: dict[str, float]) -> dict[str, object]:
    names = ("key", "reward", "seed", "failure", "started", "finished", "fidelity")
    own = {name: getattr(row, name) for name in names}
    steps = training_length(row.fidelity).steps
    return {**metrics, **own, "trial": row.number, "status": row.status.value, "steps": steps}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("batch", [1, 7, 5000])
def test_columns_in_batches_are_the_cells_one_by_one(
    tmp_path: Path, seed: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary_rows, "BATCH", batch)
    run = make_varied_run(tmp_path, 60, seed)
    pd.testing.assert_frame_equal(leaderboard(run), cell_by_cell(run))


@pytest.mark.parametrize("version", [1, 3, 4])
def test_runs_of_older_formats_have_the_same_table(tmp_path: Path, version: int) -> None:
    run = make_run(tmp_path, [0.5, 0.7, 0.6])
    before = leaderboard(run)
    pd.testing.assert_frame_equal(leaderboard(in_format(version, run)), before)
    pd.testing.assert_frame_equal(leaderboard(run, 2), before.head(2))


def test_a_flipped_value_in_any_batch_names_its_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary_rows, "BATCH", 2)
    file = make_run(tmp_path, [0.1, 0.2, 0.3, 0.4, 0.5])
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE trials SET reward = 0.9 WHERE number = 3")
    with pytest.raises(StoreDamaged, match="trial 3 is not as it was written"):
        leaderboard(file)


# Alone they are no JSON object of numbers, joined with their neighbours some of them are.
@pytest.mark.parametrize(
    "metrics",
    [
        ("{", "}"),
        ('{"AP":0.5', '"AR":0.5},{}'),
        ('{"AP":[0}', "{1]},{}"),
        ('{"AP":[{}', "{}]},{}"),
        ('{"AP},', '{":1},{}'),
        ("{},{}", ""),
        ('{"AP":null}', "{}"),
        ('{"AP":true}', "{}"),
        ('{"AP":"1"}', "{}"),
        ('{"AP":NaN}', "{}"),
        ('{"AP":-Infinity}', "{}"),
        ('{"AP":1e999}', "{}"),
        ('{"AP":1' + "0" * 400 + "}", "{}"),
        ('{"params":1e30}', "{}"),
        ("[" * 5000, "{}"),
        ("[1]", "{}"),
        ("1", "{}"),
    ],
)
def test_metrics_that_are_no_object_of_numbers_are_refused(
    tmp_path: Path, metrics: tuple[str, str]
) -> None:
    file = make_run(tmp_path, [0.1, 0.2, 0.3])
    with edited(file) as connection:
        for number, text in enumerate(metrics):
            connection.execute("UPDATE trials SET metrics = ? WHERE number = ?", (text, number))
    with pytest.raises(StoreDamaged, match=r"damaged .*trial"):
        leaderboard(file)


def test_a_metric_with_null_in_its_name_is_read(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.1])
    with edited(file) as connection:
        connection.execute("""UPDATE trials SET metrics = '{"null":2}'""")
    assert leaderboard(file)["null"].tolist() == [2.0]


def test_rows_that_a_page_has_forgotten_are_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_store, "LARGE", 0)
    file = make_run(tmp_path, [0.1] * 30)
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'trials'"
        ((root,),) = connection.execute(query).fetchall()
    content = bytearray(file.read_bytes())
    cells = (root - 1) * 4096 + 3  # two bytes: how many rows, or branches, a page has
    count = int.from_bytes(content[cells : cells + 2])
    assert 3 < count < 30
    content[cells : cells + 2] = (count - 1).to_bytes(2)
    file.write_bytes(content)
    with pytest.raises(StoreDamaged, match="of 30 trials are found"):
        leaderboard(file)
