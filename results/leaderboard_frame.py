"""The trials of a run as one table, best first."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from results.errors import InvalidExport
from results.time_spent import metrics_of_all_parts
from results.training_length import training_length
from results.trial_rows import TrialSummary
from results.trial_store import TrialStore

FORMATS = ("csv", "json", "parquet")

# Always there and in this order; every other metric stands between the two groups, by name.
FIRST_COLUMNS = {
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
LAST_COLUMNS = {
    "failure": "string",
    "started": "Float64",
    "finished": "Float64",
    "fidelity": "string",
}


def leaderboard(run: Path | TrialStore) -> pd.DataFrame:
    """One row a trial: the longest trainings first, of those the best reward, ties by number.

    Rows without a reward stand last. `steps` is how long the trial's network has trained, with the
    rungs before: rewards of different steps do not compare, however the candidates do. `seconds`
    and `cpu_seconds` are of those rungs, too.
    `AP` is in 0..1, `params` and `madds` are counts (a multiply-add counts one), `started` and
    `finished` are Unix seconds, `failure` is text. What is not known is missing (`pd.NA`).

    Raises:
        NotARun, StoreDamaged: if `run` is a path that cannot be read as a run.
    """
    if isinstance(run, TrialStore):
        return _table(run.summaries())
    with TrialStore.open_read_only(run) as store:
        return _table(store.summaries())


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


def _table(rows: Sequence[TrialSummary]) -> pd.DataFrame:
    named = {*FIRST_COLUMNS, *LAST_COLUMNS}
    metrics = metrics_of_all_parts(rows)
    others = sorted({name for row in rows for name in row.metrics} - named)
    kinds = FIRST_COLUMNS | dict.fromkeys(others, "Float64") | LAST_COLUMNS
    values = {name: [_cell(row, metrics[row.number], name) for row in rows] for name in kinds}
    return pd.DataFrame(
        {name: pd.array(values[name], dtype=kind) for name, kind in kinds.items()}  # type: ignore[call-overload]
    )


def _cell(row: TrialSummary, metrics: Mapping[str, float], column: str) -> object:
    match column:
        case "trial":
            return row.number
        case "status":
            return row.status.value
        case "steps":
            return training_length(row.fidelity).steps
        case "key" | "reward" | "seed" | "failure" | "started" | "finished" | "fidelity":
            return getattr(row, column)
    value = metrics.get(column)
    return value if value is None or FIRST_COLUMNS.get(column) != "Int64" else round(value)


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
