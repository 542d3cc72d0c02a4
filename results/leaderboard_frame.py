"""The trials of a run as one table, best first."""

import io
import json

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.errors import InvalidExport
from results.several_runs import Run, Runs, of_each, opened
from results.trial_table import FIRST_COLUMNS, LAST_COLUMNS, trial_table, whole_table, with_texts

FORMATS = ("csv", "json", "parquet")


def leaderboard(runs: Runs, top: int | None = None) -> pd.DataFrame:
    """One row a trial: the longest trainings first, of those the best reward, ties by number.

    Of a sequence of runs all trials in one order, and the first column, `run`, is the path: ties by
    run, then by number. Whether their rewards compare is for you to say.
    With `top` only the first so many rows, read without all the others: a metric that none of them
    has is no column.

    Rows without a reward stand last. `steps` is how long the trial's network has trained, with the
    rungs before: rewards of different steps do not compare, however the candidates do. `seconds`
    and `cpu_seconds` are of those rungs, too.
    `AP` is in 0..1, `params` and `madds` are counts (a multiply-add counts one), `started` and
    `finished` are Unix seconds, `failure` is text. What is not known is missing (`pd.NA`).

    Raises:
        NotARun, StoreDamaged: if one of `runs` is a path that cannot be read as a run.
    """
    frame = of_each(runs, lambda run: _all(run) if top is None else _best(run, top))
    first = [name for name in ("run", *FIRST_COLUMNS) if name in frame]
    others = sorted(set(frame.columns) - {*first, *LAST_COLUMNS})
    return best_first(frame[[*first, *others, *LAST_COLUMNS]])[:top].reset_index(drop=True)


def best_first(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a whole table, or of several by run, in a leaderboard's order."""
    return frame.take(_order(frame))


def _all(run: Run) -> pd.DataFrame:
    with opened(run, part=True) as store:  # no events
        return with_texts(whole_table(store).frame)


def _best(run: Run, top: int) -> pd.DataFrame:
    with opened(run, part=True) as store, store.snapshot():
        numbers = [trial.number for trial in store.top(top)]
        rows = store.summary_rows(numbers)
        frame = trial_table([rows] if rows else [], store.path).frame
    return with_texts(frame[frame["trial"].isin(numbers)])


def _order(frame: pd.DataFrame) -> NDArray[np.intp]:
    """Of the rows, from those by run and number."""
    reward = frame["reward"].to_numpy(np.float64, na_value=-np.inf)
    steps = frame["steps"].to_numpy(np.int64, na_value=0)
    return np.lexsort((-reward, np.where(np.isneginf(reward), 1, -steps)))


def export(frame: pd.DataFrame, file_format: str) -> bytes:
    """A leaderboard as the content of a file: csv, json (a list of objects) or parquet.

    Raises:
        InvalidExport: another format, or parquet without pyarrow.
    """
    match file_format:
        case "csv":
            return frame.to_csv(index=False, lineterminator="\n").encode()
        case "json":
            return _json(frame).encode()
        case "parquet":
            return _parquet(frame)
    raise InvalidExport(
        f"a leaderboard cannot be written as {file_format!r}: choose one of {', '.join(FORMATS)}"
    )


def _json(frame: pd.DataFrame) -> str:
    """Own writer: pandas rounds to 15 digits, and a reward must come back as it was."""
    plain = frame.astype(object).where(frame.notna(), None)
    lines = [json.dumps(row, allow_nan=False) for row in plain.to_dict(orient="records")]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def _parquet(frame: pd.DataFrame) -> bytes:
    target = io.BytesIO()
    try:
        frame.to_parquet(target, index=False)
    except ImportError as fault:
        raise InvalidExport(
            "a leaderboard cannot be written as 'parquet' without pyarrow: "
            "`pip install pyarrow`, or choose csv or json"
        ) from fault
    return target.getvalue()
