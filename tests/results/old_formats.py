"""Runs as earlier versions of spinenas wrote them."""

import sqlite3
from contextlib import closing
from pathlib import Path

# Format 3 had all of this, format 2 neither rungs nor promotions, format 1 no warm_trials either.
TRIALS = """
CREATE TABLE trials (
    number INTEGER PRIMARY KEY CHECK (number >= 0),
    status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
    reward REAL CHECK (reward IS NULL OR status = 'completed'),
    seed INTEGER NOT NULL,
    {continues}started REAL NOT NULL,
    finished REAL CHECK ((finished IS NULL) = (status = 'running')),
    failure_kind TEXT CHECK ((failure_kind IS NOT NULL) = (status = 'failed')),
    failure_message TEXT,
    key TEXT NOT NULL,
    metrics TEXT NOT NULL,
    fidelity TEXT NOT NULL,
    genotype TEXT,
    architecture TEXT NOT NULL
);
CREATE INDEX trials_by_identity ON trials (key, fidelity);
CREATE INDEX trials_by_status ON trials (status);
CREATE INDEX trials_by_reward ON trials (reward) WHERE reward IS NOT NULL;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ({kinds})),
    number INTEGER NOT NULL REFERENCES trials (number)
);
"""
CONTINUES = "continues INTEGER REFERENCES trials (number) CHECK (continues < number),\n    "


def in_format(version: int, run: Path) -> Path:
    """The file of a closed run, rewritten as formats 1 to 4 had it. Returns it."""
    if version == 4:
        return _in_format_4(run)
    rungs = version > 2
    kinds = "'propose', 'duplicate', 'promote', 'observe'"
    tables = TRIALS.format(
        continues=CONTINUES if rungs else "",
        kinds=kinds if rungs else kinds.replace("'promote', ", ""),
    )
    with closing(sqlite3.connect(run)) as connection:
        connection.executescript(
            "CREATE TEMP TABLE kept AS SELECT * FROM trials;"
            "CREATE TEMP TABLE told AS SELECT * FROM events;"
            f"DROP TABLE events; DROP TABLE trials; {tables}"
        )
        for table, kept in (("trials", "kept"), ("events", "told")):
            held = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
            names = ", ".join(held)
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {kept}")
        connection.executescript(
            "CREATE TEMP TABLE said AS SELECT name, value FROM meta; DROP TABLE meta;"
            "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
            "INSERT INTO meta SELECT * FROM said; ALTER TABLE warm_trials DROP COLUMN crc;"
        )
        if version == 1:
            connection.execute("DROP TABLE warm_trials")
        connection.commit()
        connection.execute(f"PRAGMA user_version = {version}")
    return run


def _in_format_4(run: Path) -> Path:
    with closing(sqlite3.connect(run)) as connection:
        connection.executescript(
            "DROP INDEX trials_by_identity; DROP INDEX trials_by_reward;"
            "CREATE INDEX trials_by_identity ON trials (key, fidelity);"
            "CREATE INDEX trials_by_reward ON trials (reward) WHERE reward IS NOT NULL;"
            "PRAGMA user_version = 4"
        )
    return run
