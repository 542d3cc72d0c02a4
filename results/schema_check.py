"""Whether a run has the tables that it was made with: SQLite compares them with nothing."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from results.errors import StoreDamaged
from results.sqlite_faults import damaged
from results.store_migration import SINCE_CHECKSUMS
from results.store_schema import SCHEMA, SCHEMA_VERSION


def check_schema(connection: sqlite3.Connection, file: Path) -> None:
    """Raises StoreDamaged if a table, or an index of today's format, is not as it was made.

    One letter of a definition, as of PRIMARY KEY, makes all rows of a table seem to be gone. Tables
    and views that a user has put beside ours are none of our business; a trigger would change what
    is written.
    """
    connection.execute("BEGIN")  # a writer may be migrating meanwhile
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        found = _definitions(connection)
    finally:
        connection.execute("ROLLBACK")
    if version < SINCE_CHECKSUMS:  # with other tables, or older ones' text
        return
    for name, definition in _made().items():
        known = version == SCHEMA_VERSION or definition[0] == "table"
        if known and found.get(name) != definition:
            raise StoreDamaged(damaged(file, f"its {definition[0]} {name} is not as it was made"))
    for name, (kind, *_) in found.items():
        if kind == "trigger":
            raise StoreDamaged(damaged(file, f"its trigger {name} is none of a run's"))


@cache
def _made() -> dict[str, tuple[str, str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        return _definitions(connection)


def _definitions(connection: sqlite3.Connection) -> dict[str, tuple[str, str, str]]:
    """Type, table and text of all that is there, by name."""
    rows = connection.execute("SELECT name, type, tbl_name, sql FROM sqlite_master").fetchall()
    # The migration renames its tables, which SQLite then quotes.
    return {
        str(name): (
            str(kind),
            str(table),
            str(text).replace(f'CREATE TABLE "{name}"', f"CREATE TABLE {name}", 1),
        )
        for name, kind, table, text in rows
    }
