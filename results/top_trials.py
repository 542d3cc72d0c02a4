"""The best trials of a run, found by its indexes: without a look at all the others."""

from collections.abc import Callable
from typing import Any

from results.training_length import training_length

Row = tuple[Any, ...]
Ask = Callable[..., list[Row]]  # a query and its values, to rows

REWARDED = "FROM trials WHERE reward IS NOT NULL"
# One jump of the index from each fidelity to the next.
FIDELITIES = f"""
WITH RECURSIVE one (fidelity) AS (
    SELECT min(fidelity) {REWARDED}
    UNION ALL
    SELECT (SELECT min(fidelity) {REWARDED} AND fidelity > one.fidelity)
    FROM one WHERE fidelity IS NOT NULL
)
SELECT fidelity FROM one WHERE fidelity IS NOT NULL
"""
BEST = f"SELECT number, reward {REWARDED} AND fidelity = ? ORDER BY reward DESC, number LIMIT ?"
OTHERS = "SELECT number FROM trials WHERE reward IS NULL ORDER BY number LIMIT ?"


def top_numbers(ask: Ask, count: int) -> list[int]:
    """Of the first `count` trials: by steps trained, then by reward; all without a reward behind;
    ties by number.
    """
    count = min(count, 2**63 - 1)  # what SQLite can count to
    by_steps: dict[int, list[str]] = {}
    for (fidelity,) in ask(FIDELITIES):
        by_steps.setdefault(training_length(fidelity).steps or 0, []).append(fidelity)
    found: list[int] = []
    for steps in sorted(by_steps, reverse=True):
        if len(found) == count:
            return found
        left = count - len(found)
        rows = [row for fidelity in by_steps[steps] for row in ask(BEST, fidelity, left)]
        rows.sort(key=lambda row: (-row[1], row[0]))
        found += [number for number, _ in rows[:left]]
    return found + [number for (number,) in ask(OTHERS, count - len(found))]
