"""Damage to run directories: the store's bytes flipped, cut or replaced, its rows edited, its files
odd.
"""

import json
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from random import Random

from tests.fuzz.mutations import damaged_bytes, odd_value

STORE, CONFIG = "run.sqlite", "config.toml"
TABLES = 4096  # bytes of the first page, which says what tables there are


def damage_bytes(run: Path, rng: Random) -> None:
    store = run / STORE
    content = bytearray(store.read_bytes())
    if rng.random() < 0.6:  # one bit is the hardest to see
        for _ in range(rng.choice([1, 1, 1, 2, 8])):
            end = rng.choice([len(content), len(content), TABLES])
            content[rng.randrange(end)] ^= 1 << rng.randrange(8)
        store.write_bytes(content)
    else:
        store.write_bytes(damaged_bytes(bytes(content), rng))


def _edited(run: Path, rng: Random) -> None:
    """Whatever SQL lets somebody write into one column of one table."""
    with closing(sqlite3.connect(run / STORE)) as store:
        tables = [
            name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        table = rng.choice([name for name in tables if not name.startswith("sqlite_")])
        columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
        column, value = rng.choice(columns), odd_value(rng)
        if isinstance(value, list | dict):
            value = json.dumps(value, default=str)[:20_000]
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            value = str(value) if value < 10**100 else "9" * 400
        if rng.random() < 0.2:
            value = value.encode(errors="replace") if isinstance(value, str) else b"\xff\x00\xfe"
        column_of_key = columns[0]
        where = f"{column_of_key} = {rng.randrange(1, 9)}" if rng.random() < 0.6 else "1"
        with suppress(sqlite3.IntegrityError, UnicodeEncodeError):  # SQLite itself refuses it
            store.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value,))
            store.commit()


def restructure(run: Path, rng: Random) -> None:
    """Another shape, version or content, all of it SQLite's."""
    statements = (
        "DROP TABLE trials", "DROP TABLE events", "DROP TABLE meta", "DELETE FROM meta",
        "DELETE FROM trials",
        "DELETE FROM trials WHERE number = 2", "DELETE FROM events WHERE number = 2",
        "PRAGMA application_id = 7",
        "PRAGMA user_version = 99", "PRAGMA user_version = 0", "PRAGMA user_version = 1",
        "PRAGMA user_version = -5",
        "PRAGMA user_version = 2", "PRAGMA user_version = 3",
        "ALTER TABLE trials RENAME COLUMN reward TO prize",
        "ALTER TABLE trials ADD COLUMN more", "CREATE TABLE other (x)",
        "DROP INDEX trials_by_reward", "VACUUM",
        "UPDATE trials SET status = 'running', reward = NULL, finished = NULL WHERE number = 3",
        "UPDATE trials SET reward = -reward", "UPDATE events SET kind = 'observe' WHERE seq = 1",
        "CREATE VIEW trials_view AS SELECT 1", "UPDATE trials SET key = 'x' WHERE number = 1",
        "CREATE TRIGGER t AFTER INSERT ON trials BEGIN DELETE FROM trials; END",
        "PRAGMA journal_mode = DELETE",
    )  # fmt: skip
    with closing(sqlite3.connect(run / STORE)) as store:
        store.execute("PRAGMA foreign_keys = OFF")
        store.execute(rng.choice(statements))
        store.commit()


def _files(run: Path, rng: Random) -> None:
    """A file of the run is gone, empty, another program's, a folder, a pipe, a link in a circle."""
    names = (STORE, CONFIG, f"{STORE}-wal", f"{STORE}-shm", f"{STORE}-lock", "checkpoints")
    _make_odd(run / rng.choice(names), rng)


def _config(run: Path, rng: Random) -> None:
    (run / CONFIG).write_bytes(damaged_bytes((run / CONFIG).read_bytes(), rng))


def _make_odd(path: Path, rng: Random) -> None:
    path.unlink(missing_ok=True)
    match rng.randrange(9):
        case 0:
            path.write_bytes(b"")
        case 1:
            path.write_bytes(rng.randbytes(rng.choice([1, 100, 5000])))
        case 2:
            path.mkdir()
        case 3:
            os.mkfifo(path)
        case 4:
            path.symlink_to(path.name)
        case 5:
            path.symlink_to("/dev/zero")
        case 6:
            path.symlink_to("nowhere")
        case 7:
            with closing(sqlite3.connect(path)) as other:
                other.execute("CREATE TABLE trials (number, status, reward)")
                other.commit()


DAMAGE = (
    *[damage_bytes] * 4, _edited, _edited, restructure, _files, _config,
)  # fmt: skip
