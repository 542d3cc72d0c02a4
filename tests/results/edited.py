"""Runs that somebody edited who knew of the checksums."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from results.row_checksum import checksum
from results.store_migration import CHECKSUMS


@contextmanager
def edited(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a closed run; afterwards each row has the checksums of what it then holds."""
    with closing(sqlite3.connect(file)) as connection, connection:
        yield connection
        connection.create_function("checksum", -1, lambda *values: checksum(values))
        for table, columns in CHECKSUMS.items():
            for column, covered in columns.items():
                value = f"checksum({', '.join(covered)})"
                connection.execute(f"UPDATE {table} SET {column} = {value}")
