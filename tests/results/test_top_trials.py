"""The best trials by an index, without a look at the others."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from results import StoreDamaged, TrialStore, leaderboard, trial_store
from results.row_checksum import checksum
from results.trial_rows import SUMMARY_TYPES
from tests.results.runs import make_run
from tests.results.test_leaderboard_frame import ROOT
from tests.results.varied_run import make_varied_run


@pytest.mark.parametrize("seed", range(3))
def test_top_is_the_beginning_of_all(tmp_path: Path, seed: int) -> None:
    run = make_varied_run(tmp_path, 60, seed)
    with TrialStore.open_read_only(run, part=True) as store:
        everything = store.summaries()
        for count in (0, 1, 3, 20, 45, 60, 99, 2**70):
            assert store.top(count) == everything[:count]


@pytest.mark.parametrize("top", [0, 1, 5, 30, 60, 99])
def test_a_leaderboard_of_the_top_is_the_beginning_of_the_whole(tmp_path: Path, top: int) -> None:
    run = make_varied_run(tmp_path, 60, 3)
    found, whole = leaderboard(run, top), leaderboard(run).head(top)
    pd.testing.assert_frame_equal(found, whole[list(found.columns)])
    left_out = whole.drop(columns=found.columns)
    assert left_out.isna().all(axis=None)


def test_the_top_of_an_empty_run_is_empty(tmp_path: Path) -> None:
    TrialStore.create(tmp_path, {}).close()
    assert len(leaderboard(tmp_path, 20)) == 0


def test_the_top_reads_few_of_many_rows(tmp_path: Path) -> None:
    run = make_varied_run(tmp_path, 60, 0)
    with TrialStore.open_read_only(run) as store:
        asked: list[str] = []
        store._connection.set_trace_callback(asked.append)
        store.top(5)
        plans = [
            row[-1]
            for query in asked
            if query.lstrip().startswith(("SELECT", "WITH"))
            for row in store._connection.execute(f"EXPLAIN QUERY PLAN {query}")
        ]
    assert plans
    assert not [plan for plan in plans if plan.startswith(("SCAN trials", "USE TEMP"))]


def test_the_top_needs_no_pandas(tmp_path: Path) -> None:
    make_run(tmp_path, [0.1, 0.2])
    script = (
        "import sys; from pathlib import Path; from results import TrialStore;"
        "store = TrialStore.open_read_only(Path(sys.argv[1]), part=True);"
        "assert [one.number for one in store.top(1)] == [1]; print('pandas' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_small_run_with_a_wrong_index_is_damaged(tmp_path: Path) -> None:
    file = with_wrong_index(tmp_path)
    with pytest.raises(StoreDamaged, match="trials_by_reward"):
        TrialStore.open_read_only(file, part=True)


def test_the_top_of_a_large_run_with_a_wrong_index_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = with_wrong_index(tmp_path)
    monkeypatch.setattr(trial_store, "LARGE", 0)
    with (
        TrialStore.open_read_only(file, part=True) as store,
        pytest.raises(StoreDamaged, match="out of order"),
    ):
        store.top(3)


def test_a_part_of_a_large_run_is_read_beside_pages_that_are_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_run(tmp_path, [0.1] * 60 + [0.9])
    lost_page(file)
    with pytest.raises(StoreDamaged):
        TrialStore.open_read_only(file)
    monkeypatch.setattr(trial_store, "LARGE", 0)
    with TrialStore.open_read_only(file, part=True) as store:
        assert [one.number for one in store.top(1)] == [60]
        with pytest.raises(StoreDamaged):
            store.trial(30)


def test_a_large_run_that_was_cut_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_run(tmp_path, [0.1] * 60)
    with file.open("r+b") as content:
        content.truncate(file.stat().st_size - 100)
    monkeypatch.setattr(trial_store, "LARGE", 0)
    with pytest.raises(StoreDamaged, match="cut to"):
        TrialStore.open_read_only(file, part=True)


def with_wrong_index(directory: Path) -> Path:
    """A closed run whose rows were changed, with their checksums, behind the back of an index."""
    file = make_run(directory, [0.1, 0.2, 0.3])
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        name = "trials_by_reward"
        of_index = "SELECT rootpage, sql FROM sqlite_master WHERE name = ?"
        found = connection.execute(of_index, (name,)).fetchone()
        connection.execute("DELETE FROM sqlite_master WHERE name = ?", (name,))
        connection.commit()
    with closing(sqlite3.connect(file)) as connection:
        connection.create_function("checksum", -1, lambda *values: checksum(values))
        connection.execute("UPDATE trials SET reward = 1.0 WHERE number = 0")
        connection.execute(f"UPDATE trials SET summary_crc = checksum({', '.join(SUMMARY_TYPES)})")
        connection.commit()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "INSERT INTO sqlite_master VALUES ('index', ?, 'trials', ?, ?)", (name, *found)
        )
        connection.commit()
    return file


def lost_page(file: Path) -> None:
    """Zeros in the place of the page that holds the row of trial 30."""
    content = bytearray(file.read_bytes())
    at = content.index(b'"params": 130,') // 4096 * 4096
    content[at : at + 4096] = bytes(4096)
    file.write_bytes(content)
