"""All trials of a run as one table, a column at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.collection_pause import collection_paused
from results.errors import StoreDamaged
from results.masked_columns import Columns, floats, integers, joined, texts
from results.metric_columns import metric_columns
from results.outcome import FailureKind
from results.sqlite_faults import damaged
from results.time_spent import TIMES
from results.top_trials import Row
from results.training_length import training_length
from results.trial import TrialStatus
from results.trial_queries import TrialQueries
from results.trial_rows import NONSENSE, SUMMARY_TYPES, summary_from_row

# Always there and in this order; every other metric stands between the two groups, by name.
FIRST_COLUMNS: Final = {
    "trial": "Int64",
    "key": "string",
    "reward": "Float64",
    "AP": "Float64",
    "params": "Int64",
    "madds": "Int64",
    "status": "string",
    "seed": "Int64",
    "steps": "Int64",
}
LAST_COLUMNS: Final = {
    "failure": "string",
    "started": "Float64",
    "finished": "Float64",
    "fidelity": "string",
}
NAMED: Final = FIRST_COLUMNS | LAST_COLUMNS
COUNTS: Final = ("params", "madds")  # metrics that are whole numbers


@dataclass(frozen=True, slots=True)
class TrialTable:
    """Trials by number.

    Args:
        frame: the columns of a leaderboard; the times are of all parts of a training. A fidelity
            is a category: as texts, all alike, they would be most of a table.
        continues: `[trials]`, the row of the trial that one continues; -1 for a candidate's first.
    """

    frame: pd.DataFrame
    continues: NDArray[np.int64]

    def first_rows(self) -> NDArray[np.int64]:
        """The row of each row's candidate: of the first of its trials."""
        rows = np.arange(len(self.continues))
        first = np.where(self.continues < 0, rows, self.continues)
        while (first != (before := first[first])).any():
            first = before
        return first

    def candidates(self) -> NDArray[np.int64]:
        """Each row's candidate: the number of its first trial."""
        return self.frame["trial"].to_numpy(np.int64)[self.first_rows()]


def with_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table's frame for everybody: with fidelities as texts."""
    found = frame["fidelity"].cat
    column = texts(found.categories.tolist()).take(found.codes.to_numpy(np.int64))
    return frame.assign(fidelity=column)


def whole_table(store: TrialQueries) -> TrialTable:
    """All trials of a run as of one moment, read once in a snapshot. Raises StoreDamaged."""
    with store.snapshot():
        return store.once(_read)


def _read(store: TrialQueries) -> TrialTable:
    return trial_table(store.summary_batches(), store.path)


def trial_table(batches: Iterable[Sequence[Row]], file: Path) -> TrialTable:
    """From rows of `SUMMARY_COLUMNS`, by number, with all that they continue.

    Raises StoreDamaged for a row that was edited into nonsense.
    """
    fidelities: dict[str, int] = {}
    with collection_paused():  # a tenth of the time otherwise
        parts = [_columns(rows, file, fidelities) for rows in batches]
    others = sorted(set().union(*parts) - NAMED.keys() - {""})
    kinds = FIRST_COLUMNS | dict.fromkeys(others, "Float64") | LAST_COLUMNS
    # No metric has the name ""; a run has few fidelities, of some hundred characters.
    frame = joined(parts, kinds | {"": "Int64", "fidelity": "Int64"})
    places = frame["fidelity"].to_numpy(np.int64)
    frame["fidelity"] = pd.Categorical.from_codes(
        places, categories=pd.Index(list(fidelities), dtype=object)
    )
    number, before = (frame[name].to_numpy(np.int64, na_value=-1) for name in ("trial", ""))
    del frame[""]
    place = np.minimum(np.searchsorted(number, before), len(number) - 1)
    continues = np.where(number[place] == before, place, -1)
    _add_times(frame, continues)
    return TrialTable(frame, continues)


def _columns(rows: Sequence[Row], file: Path, fidelities: dict[str, int]) -> Columns:
    try:
        return _columns_of_sound(rows, fidelities)
    except NONSENSE as fault:
        for row in rows:
            summary_from_row(row, file)  # names the trial
        what = f"one of the trials {rows[0][0]} to {rows[-1][0]}: {fault}"
        raise StoreDamaged(damaged(file, what)) from fault


def _columns_of_sound(rows: Sequence[Row], fidelities: dict[str, int]) -> Columns:
    """Those of a leaderboard, with a fidelity's place in `fidelities`, and "", what each continues.

    Raises ValueError and its kin where `summary_from_row` does.
    """
    cells = dict(zip(SUMMARY_TYPES, zip(*rows, strict=True), strict=False))  # without the checksum
    for name, kinds in SUMMARY_TYPES.items():
        if not set(map(type, cells[name])) <= set(kinds):
            raise ValueError(f"{name} is of another type")
    statuses = {status: TrialStatus(status).value for status in set(cells["status"])}
    for kind in set(cells["failure_kind"]) - {None}:
        FailureKind(kind)
    steps = {fidelity: training_length(fidelity).steps for fidelity in set(cells["fidelity"])}
    for fidelity in steps:
        fidelities.setdefault(fidelity, len(fidelities))
    failures = zip(cells["failure_kind"], cells["failure_message"], strict=True)
    return {
        **metric_columns(cells["metrics"], COUNTS),
        "trial": integers(cells["number"]),
        "": integers(cells["continues"]),
        "seed": integers(cells["seed"]),
        "steps": integers([steps[fidelity] for fidelity in cells["fidelity"]]),
        **{name: floats(cells[name]) for name in ("reward", "started", "finished")},
        "fidelity": integers([fidelities[fidelity] for fidelity in cells["fidelity"]]),
        "key": cells["key"],
        "status": [statuses[status] for status in cells["status"]],  # one text for all alike
        "failure": [None if kind is None else f"{kind}: {why}" for kind, why in failures],
    }


def _add_times(frame: pd.DataFrame, continues: NDArray[np.int64]) -> None:
    """A part that failed has no times, and what was before it is lost: the next began from the
    start.
    """
    parts = np.flatnonzero(continues >= 0)
    for name in TIMES:
        if name in frame and len(parts):
            spent = frame[name].to_numpy(np.float64, na_value=np.nan).tolist()
            # The earlier part of a training comes first.
            for row, before in zip(parts.tolist(), continues[parts].tolist(), strict=True):
                if not isnan(spent[before]):
                    spent[row] += spent[before]
            total = np.array(spent)
            frame[name] = pd.arrays.FloatingArray(total, np.isnan(total))
