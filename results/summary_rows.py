"""Rows of many trials without their architectures, a batch at a time."""

from collections.abc import Iterable, Iterator

from results.top_trials import Ask, Row
from results.trial_rows import SUMMARY_COLUMNS

BATCH = 5000  # more at once take longer each
FEW = 500  # SQLite takes 999 values everywhere
CONTINUES = SUMMARY_COLUMNS.index("continues")


def all_rows(ask: Ask, names: str) -> Iterator[list[Row]]:
    """Of all trials by number; `names` are those of `SUMMARY_COLUMNS`."""
    query = f"SELECT {names} FROM trials WHERE number > ? ORDER BY number LIMIT {BATCH}"
    last = -1
    while rows := ask(query, last):
        yield rows
        last = rows[-1][0]


def rows_with_parts(ask: Ask, names: str, numbers: Iterable[int]) -> list[Row]:
    """Of trials and of those that they continue, by number; what is not there is left out."""
    found: dict[int, Row] = {}
    wanted = set(numbers)
    while wanted:
        rows = [row for few in _parted(sorted(wanted)) for row in _of(ask, names, few)]
        found |= {row[0]: row for row in rows}
        wanted = {row[CONTINUES] for row in rows} - found.keys() - {None}
    return [found[number] for number in sorted(found)]


def _parted(numbers: list[int]) -> Iterator[list[int]]:
    return (numbers[begin : begin + FEW] for begin in range(0, len(numbers), FEW))


def _of(ask: Ask, names: str, numbers: list[int]) -> list[Row]:
    marks = ", ".join("?" * len(numbers))
    return ask(f"SELECT {names} FROM trials WHERE number IN ({marks})", *numbers)
