"""Checksums of rows: SQLite notices a page that makes no sense, but no other value in a cell."""

import zlib
from collections.abc import Iterable
from marshal import dumps
from pathlib import Path
from typing import Any

from results.errors import StoreDamaged
from results.sqlite_faults import damaged
from search_space.shown import shown

# marshal's last encoding that depends on nothing but types and values: later ones refer back to
# objects that occur twice. tests/results/test_row_checksum.py spells its bytes out.
ENCODING = 2


def checksum(values: tuple[Any, ...]) -> int:
    """The CRC-32 of a row's values as SQLite gives them back: int, float, str, bytes or None."""
    return zlib.crc32(dumps(values, ENCODING))


def stored(number: float | None) -> float | None:
    """What SQLite gives back of a REAL."""
    return None if number is None else float(number) + 0.0  # its zero has no sign


def sealed(*values: object) -> tuple[object, ...]:
    """A row to be written, with its checksum behind it."""
    return (*values, checksum(values))


def check(rows: Iterable[tuple[Any, ...]], file: Path, what: str) -> None:
    """Raises StoreDamaged, naming `what` and the first value, if a row was not made by `sealed`."""
    for row in rows:
        if checksum(row[:-1]) != row[-1]:
            fault = f"{what} {shown(row[0])} is not as it was written: its checksum differs"
            raise StoreDamaged(damaged(file, fault))
