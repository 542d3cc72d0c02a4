"""Tables that are not those that a run is made with."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from results import ResultsError, StoreDamaged, TrialStore
from tests.results.runs import make_run, trial
from tests.results.test_store_file import refusal


def changed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(statement)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (
            "table events",
            b"TABLE events (\n    seq INTEGER P",
            b"TABLE events (\n    seq INTEGER Q",
        ),
        ("table trials", b"number INTEGER PRIMARY KEY", b"number INTEGER QRIMARY KEY"),
        ("table trials", b"reward REAL CHECK", b"reward TEAL CHECK"),
        ("index trials_by_status", b"ON trials (status)", b"ON trials (reward)"),
    ],
)
def test_a_changed_definition_is_named(
    tmp_path: Path, name: str, before: bytes, after: bytes
) -> None:
    file = make_run(tmp_path, [0.5])
    content = file.read_bytes()
    assert content.count(before) == 1
    file.write_bytes(content.replace(before, after))
    assert f"{file} is damaged (its {name} is not as it was made)" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DROP TABLE events", "table events is not as it was made"),
        ("DROP INDEX trials_by_reward", "index trials_by_reward is not as it was made"),
        ("ALTER TABLE trials ADD COLUMN more", "table trials is not as it was made"),
        (
            "CREATE TRIGGER t AFTER INSERT ON trials BEGIN DELETE FROM trials; END",
            "trigger t is none of a run's",
        ),
    ],
)
def test_tables_that_somebody_altered_are_damage(
    tmp_path: Path, statement: str, message: str
) -> None:
    changed(make_run(tmp_path, [0.5]), statement)
    assert message in refusal(tmp_path)


def test_the_tables_of_format_4_are_those_of_today(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.5])
    changed(file, "DROP INDEX trials_by_reward; PRAGMA user_version = 4")
    with TrialStore.open_read_only(file) as store:
        assert store.count() == 1
    changed(file, "ALTER TABLE events ADD COLUMN more")
    assert "table events is not as it was made" in refusal(tmp_path)


def test_what_a_user_puts_beside_the_tables_stays_there(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.5])
    changed(file, "CREATE TABLE notes (x); CREATE VIEW best AS SELECT max(reward) FROM trials")
    changed(file, "ANALYZE; VACUUM")
    with TrialStore.open(tmp_path) as store:
        store.propose(trial(1))
        assert store.count() == 2


def test_every_flipped_bit_of_the_events_table_s_text_is_refused(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.5])
    content = file.read_bytes()
    start = content.index(b"CREATE TABLE events")
    for place in range(start, content.index(b"crc INTEGER NOT NULL\n)", start)):
        flipped = bytearray(content)
        flipped[place] ^= 1
        file.write_bytes(flipped)
        with suppress(ResultsError):
            TrialStore.open_read_only(file).close()
            pytest.fail(f"byte {place} was not missed")
    with pytest.raises(StoreDamaged):
        TrialStore.open_read_only(file)
