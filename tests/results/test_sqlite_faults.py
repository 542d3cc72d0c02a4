import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from results import StoreDamaged, TrialStore
from results.sqlite_faults import reported
from tests.results.runs import make_run


def test_a_text_that_is_no_utf8_is_damage_named_in_one_line(tmp_path: Path) -> None:
    """As from a sector of noise in a wide column: no page of SQLite's is out of order."""
    file = make_run(tmp_path, [0.1, 0.2])
    raw = file.read_bytes()
    at = raw.index(b'"block_fn"') + 2
    file.write_bytes(raw[:at] + b"\xff\xfe\n" + raw[at + 3 :])
    with (
        TrialStore.open_read_only(tmp_path) as store,
        pytest.raises(StoreDamaged, match="text in it is not UTF-8") as caught,
    ):
        store.trials()
    assert "\n" not in str(caught.value)


def test_a_text_longer_than_any_may_be_is_damage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 100)
        with pytest.raises(StoreDamaged, match="too big"), reported(tmp_path):
            connection.execute("SELECT zeroblob(1000)").fetchall()
