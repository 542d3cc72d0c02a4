"""Which rows of a leaderboard are wanted, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nas.errors import UsageError
from nas.named_column import column
from nas.row_filter import matching
from results import pareto_front


@dataclass(frozen=True, slots=True)
class RowChoice:
    """What is taken of a leaderboard: first `where`, of that the `front`, of that `top` rows.

    Args:
        where: a condition of `nas/row_filter.py`.
        front: a metric whose Pareto front with the reward is wanted.
        by: a column to order by, the largest first; missing values last, ties as they were.
        ascending: the smallest first.
        top: how many rows; None: all.

    Raises:
        UsageError: `top` below 1, or `ascending` without `by`.
    """

    where: str | None = None
    front: str | None = None
    by: str | None = None
    ascending: bool = False
    top: int | None = None

    def __post_init__(self) -> None:
        if self.top is not None and self.top < 1:
            raise UsageError(f"--top {self.top}: give a number of at least 1")
        if self.ascending and self.by is None:
            raise UsageError("--ascending: give --by COLUMN, too")

    @property
    def is_first_rows(self) -> bool:
        """Whether it takes the first rows as they are."""
        return self.top is not None and (self.where, self.front, self.by) == (None, None, None)

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """All that are wanted but for `top`. Raises UsageError, and UnknownMetric for `front`."""
        if self.where is not None:
            frame = matching(frame, self.where)
        if self.front is not None:
            frame = pareto_front(frame, self.front)
        if self.by is not None:
            column(frame, self.by, "--by")
            frame = frame.sort_values(self.by, ascending=self.ascending, kind="stable")
        return frame.reset_index(drop=True)


def with_columns(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """These columns only, in this order. Raises UsageError for one that is not there."""
    for name in names:
        column(frame, name, "--columns")
    return frame[list(dict.fromkeys(names))]
