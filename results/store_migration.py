"""Runs of older formats, made today's before they are gone on with."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from results.errors import StoreDamaged
from results.event import COLUMNS as EVENT_COLUMNS
from results.row_checksum import checksum
from results.sqlite_faults import damaged
from results.store_schema import EVENTS, INDEXES, META, SCHEMA_VERSION, TRIALS, WARM_TRIALS
from results.trial_rows import SUMMARY_COLUMNS, WIDE_COLUMNS
from results.warm_trial import COLUMNS as WARM_COLUMNS

SINCE_CHECKSUMS = 4  # the format whose tables are today's
# By table and column, what is computed where an older format has no such column.
CHECKSUMS: dict[str, dict[str, tuple[str, ...]]] = {
    "meta": {"crc": ("name", "value")},
    "trials": {
        "summary_crc": SUMMARY_COLUMNS[:-1],
        "wide_crc": ("number", *WIDE_COLUMNS[:-1]),
    },
    "events": {"crc": EVENT_COLUMNS[:-1]},
    "warm_trials": {"crc": WARM_COLUMNS[:-1]},
}


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
        if version < SINCE_CHECKSUMS:
            _rebuild_all(connection)
        for index in filter(str.strip, INDEXES.split(";")):
            name = index.split()[2]
            connection.execute(f"DROP INDEX IF EXISTS {name}")
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


def _rebuild_all(connection: sqlite3.Connection) -> None:
    connection.create_function("checksum", -1, lambda *values: checksum(values))
    connection.execute(f"CREATE TABLE IF NOT EXISTS warm_trials ({WARM_TRIALS})")
    _rebuild(connection, "meta", f"({META}) WITHOUT ROWID")
    _rebuild(connection, "trials", f"({TRIALS})")
    _rebuild(connection, "events", f"({EVENTS})")
    _rebuild(connection, "warm_trials", f"({WARM_TRIALS})")


def _rebuild(connection: sqlite3.Connection, table: str, content: str) -> None:
    """SQLite changes no CHECK, and adds columns behind all others: a new table takes the rows."""
    held = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    values = {name: name for name in held}
    for name, covered in CHECKSUMS[table].items():
        known = (one if one in held else "NULL" for one in covered)
        values.setdefault(name, f"checksum({', '.join(known)})")
    connection.execute(f"CREATE TABLE new_{table} {content}")
    connection.execute(
        f"INSERT INTO new_{table} ({', '.join(values)}) SELECT {', '.join(values.values())} "
        f"FROM {table}"
    )
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"ALTER TABLE new_{table} RENAME TO {table}")
