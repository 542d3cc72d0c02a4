"""Runs of older formats, made today's before they are gone on with."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from results.errors import StoreDamaged
from results.sqlite_faults import damaged
from results.store_schema import EVENTS, INDEXES, SCHEMA_VERSION, TRIALS, WARM_TRIALS


def migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Gives a run today's tables, with all that it holds: in one transaction, so whole or not.

    To be called under the run's `WriterLock`. Raises StoreDamaged for rows that contradict it.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == SCHEMA_VERSION:
        return
    # SQLite heeds this outside of transactions only. With it, to drop a table is to empty it
    # first, and events would lose their trials (sqlite.org/lang_altertable.html, section 7).
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        connection.execute("BEGIN IMMEDIATE")
        _rebuild(connection, "trials", TRIALS)
        _rebuild(connection, "events", EVENTS)
        connection.execute(f"CREATE TABLE IF NOT EXISTS warm_trials ({WARM_TRIALS})")
        for index in filter(str.strip, INDEXES.split(";")):
            connection.execute(index)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException as fault:
        with suppress(sqlite3.Error):  # a full disk may have ended the transaction itself
            connection.execute("ROLLBACK")
        if isinstance(fault, sqlite3.IntegrityError):
            raise StoreDamaged(damaged(file, str(fault))) from fault
        raise
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _rebuild(connection: sqlite3.Connection, table: str, columns: str) -> None:
    """SQLite changes no CHECK, and adds columns behind all others: a new table takes the rows."""
    held = ", ".join(name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})"))
    connection.execute(f"CREATE TABLE new_{table} ({columns})")
    connection.execute(f"INSERT INTO new_{table} ({held}) SELECT {held} FROM {table}")
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"ALTER TABLE new_{table} RENAME TO {table}")
