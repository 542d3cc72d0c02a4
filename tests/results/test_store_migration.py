"""Runs of older formats: read as they are, made today's by whoever goes on with them."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from results import (
    Event,
    Failure,
    FailureKind,
    StoreDamaged,
    StoreFull,
    TrialStore,
    WarmTrial,
    leaderboard,
)
from results.store_schema import SCHEMA_VERSION
from tests.results.old_formats import in_format
from tests.results.runs import make_run, scored, trial
from tests.results.test_crash_safety import ROOT, files_no_larger_than

OLD = pytest.mark.parametrize("version", [1, 2, 3, 4])


def schema(file: Path) -> dict[str, str]:
    """The text of every table and index, without its white space and the quotes of a renaming."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
    return {name: "".join(str(sql).replace('"', "").split()) for name, sql in rows}


def version_of(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@OLD
def test_an_older_run_is_read_without_a_change(tmp_path: Path, version: int) -> None:
    file = make_run(tmp_path, [0.5, 0.7])
    with TrialStore.open_read_only(file) as store:
        trials, events = store.trials(), list(store.events())
    before = in_format(version, file).read_bytes()
    with TrialStore.open_read_only(file) as store:
        assert (store.trials(), list(store.events())) == (trials, events)
        assert (store.candidates(), store.warm_trials()) == (2, [])
    assert leaderboard(file)["trial"].tolist() == [1, 0]
    assert file.read_bytes() == before


@OLD
def test_an_older_run_gets_the_tables_of_a_new_one(tmp_path: Path, version: int) -> None:
    new, old = make_run(tmp_path / "new", [0.5]), in_format(version, make_run(tmp_path, [0.5, 0.7]))
    with TrialStore.open_read_only(old) as store:
        before = store.trials(), list(store.events()), store.meta()
    with TrialStore.open(old) as store:
        assert (store.trials(), list(store.events()), store.meta()) == before
    assert (schema(old), version_of(old)) == (schema(new), SCHEMA_VERSION)


@OLD
def test_an_older_run_goes_on_with_all_that_there_is_today(tmp_path: Path, version: int) -> None:
    in_format(version, make_run(tmp_path, [0.5, 0.7]))
    with TrialStore.open(tmp_path) as store:
        store.propose(replace(trial(2, "{}"), continues=1))
        store.lose(2, Failure(FailureKind.NODE_LOST, "gone"))
        store.finish(2, scored(0.9), 0.9)
        assert list(store.events(after=4)) == [
            Event(5, "promote", 2),
            Event(6, "lost", 2, "node_lost: gone"),
            Event(7, "observe", 2),
        ]
        with pytest.raises(sqlite3.IntegrityError):  # foreign keys are heeded again
            store._connection.execute("INSERT INTO events VALUES (8, 'lost', 9, '', 0)")


def test_what_the_run_was_told_of_others_stays(tmp_path: Path) -> None:
    warm = [WarmTrial(run="a", number=3, genotype=(1,), reward=0.5, metrics={})]
    TrialStore.create(tmp_path, {}, warm).close()
    in_format(2, tmp_path / "run.sqlite")
    with TrialStore.open(tmp_path) as store:
        assert store.warm_trials() == warm


KILLED = """
import os, signal, sys
from pathlib import Path
from results.store_file import connect
from results.store_migration import migrate

def kill(statement):
    if statement.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

file = Path(sys.argv[1])
connection = connect(file, "rw")
connection.set_trace_callback(kill)
migrate(connection, file)
"""


@pytest.mark.parametrize("at", ["ALTER TABLE new_trials", "COMMIT"])
def test_a_kill_in_the_middle_leaves_the_old_format(tmp_path: Path, at: str) -> None:
    file = in_format(2, make_run(tmp_path, [0.1] * 300))
    before = schema(file)
    command = [sys.executable, "-c", KILLED, str(file), at]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    with TrialStore.open_read_only(tmp_path) as store:
        assert store.count() == 300
    assert (schema(file), version_of(file)) == (before, 2)
    with TrialStore.open(tmp_path) as store:
        assert store.count() == 300
    assert version_of(file) == SCHEMA_VERSION


def test_a_full_disk_leaves_the_old_format(tmp_path: Path) -> None:
    file = in_format(3, make_run(tmp_path, [0.1] * 30))
    limit = file.stat().st_size
    with files_no_larger_than(limit), pytest.raises(StoreFull, match="free some space"):
        TrialStore.open(tmp_path)
    assert version_of(file) == 3
    TrialStore.open(tmp_path).close()
    assert version_of(file) == SCHEMA_VERSION


def test_rows_that_no_run_has_are_damage_and_stay(tmp_path: Path) -> None:
    file = in_format(3, make_run(tmp_path, [0.1]))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(
            "CREATE TABLE loose AS SELECT * FROM events; DROP TABLE events;"
            "ALTER TABLE loose RENAME TO events; UPDATE events SET kind = 'seen';"
        )
    with pytest.raises(StoreDamaged, match="CHECK constraint failed"):
        TrialStore.open(tmp_path)
    assert version_of(file) == 3
