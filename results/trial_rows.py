"""Trials as rows of the table `trials`, and back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from pathlib import Path
from types import NoneType
from typing import Any

from results.errors import StoreDamaged
from results.outcome import Failure, FailureKind
from results.row_checksum import check, sealed, stored
from results.sqlite_faults import damaged
from results.trial import Trial, TrialStatus
from search_space import Architecture
from search_space.block_specs import from_json, to_json
from search_space.shown import shown

# What the columns of a summary may hold; those of a result stand behind the number.
SUMMARY_TYPES: dict[str, tuple[type, ...]] = {
    "number": (int,),
    "status": (str,),
    "reward": (float, NoneType),
    "finished": (float, NoneType),
    "failure_kind": (str, NoneType),
    "failure_message": (str, NoneType),
    "metrics": (str,),
    "seed": (int,),
    "started": (float,),
    "key": (str,),
    "fidelity": (str,),
    "continues": (int, NoneType),
}
RESULT_COLUMNS = tuple(SUMMARY_TYPES)[1:7]
# Each checksum is of what stands before it, that of the wide columns of the number too.
SUMMARY_COLUMNS = (*SUMMARY_TYPES, "summary_crc")
WIDE_COLUMNS = ("genotype", "architecture", "wide_crc")
COLUMNS = SUMMARY_COLUMNS + WIDE_COLUMNS
INSERT_TRIAL = f"INSERT INTO trials ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
UPDATE_RESULT = (
    f"UPDATE trials SET {' = ?, '.join(RESULT_COLUMNS)} = ?, summary_crc = ? WHERE number = ?"
)
# What the parts raise for nonsense.
NONSENSE = (ValueError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class TrialSummary:
    """A trial without its genotype and architecture: what a table of many trials needs."""

    number: int
    key: str
    reward: float | None
    status: TrialStatus
    seed: int
    metrics: Mapping[str, float]
    failure: str | None
    fidelity: str
    started: float
    finished: float | None
    continues: int | None


def to_row(trial: Trial) -> tuple[object, ...]:
    """Values for `COLUMNS`."""
    genotype = None if trial.genotype is None else json.dumps(trial.genotype)
    summary = sealed(
        trial.number,
        *_to_result(trial),
        trial.seed,
        stored(trial.started),
        trial.key,
        trial.fidelity,
        trial.continues,
    )
    return *summary, *sealed(trial.number, genotype, to_json(trial.architecture))[1:]


def to_update(trial: Trial, row: Sequence[Any]) -> tuple[object, ...]:
    """Values for `UPDATE_RESULT`, of a trial whose row of `COLUMNS` was `row`."""
    result = _to_result(trial)
    kept = row[1 + len(result) : len(SUMMARY_TYPES)]
    return *result, sealed(trial.number, *result, *kept)[-1], trial.number


def _to_result(trial: Trial) -> tuple[object, ...]:
    """Values for `RESULT_COLUMNS`."""
    return (
        trial.status.value,
        stored(trial.reward),
        stored(trial.finished),
        None if trial.failure is None else trial.failure.kind.value,
        None if trial.failure is None else trial.failure.message,
        json.dumps(dict(trial.metrics), allow_nan=False),
    )


def check_summaries(rows: Iterable[tuple[Any, ...]], file: Path) -> None:
    """Raises StoreDamaged if a row of `SUMMARY_COLUMNS`, or more, is not as it was written."""
    check((row[: len(SUMMARY_COLUMNS)] for row in rows), file, "trial")


def check_wide(rows: Iterable[tuple[Any, ...]], file: Path) -> None:
    """Raises StoreDamaged if a row of `COLUMNS` has not the wide columns that were written."""
    check(((row[0], *row[len(SUMMARY_COLUMNS) :]) for row in rows), file, "trial")


def from_row(row: Sequence[Any], file: Path) -> Trial:
    """The trial of a row of `COLUMNS`. Raises StoreDamaged if it was edited into nonsense."""
    number, status, reward, finished, kind, message, metrics, seed, started, _, fidelity = row[:11]
    continues, _, genotype, architecture, _ = row[11:]
    try:
        _check_types(tuple(map(type, row[: len(SUMMARY_TYPES)])))
        return Trial(
            number=number,
            genotype=None if genotype is None else tuple(json.loads(genotype)),
            architecture=from_json(architecture),
            fidelity=fidelity,
            seed=seed,
            started=started,
            metrics=json.loads(metrics),
            continues=continues,
            status=TrialStatus(status),
            reward=reward,
            failure=None if kind is None else Failure(FailureKind(kind), message),
            finished=finished,
        )
    except NONSENSE as fault:
        raise StoreDamaged(damaged(file, f"trial {number}: {fault}")) from fault


def genotype_from_row(row: Sequence[Any], file: Path) -> tuple[int, tuple[int, ...] | None]:
    """Number and genotype of a row of the number and `WIDE_COLUMNS`. Raises StoreDamaged."""
    number, genotype = row[:2]
    try:
        return number, None if genotype is None else tuple(json.loads(genotype))
    except NONSENSE as fault:
        raise StoreDamaged(damaged(file, f"trial {number}: {fault}")) from fault


def architecture_from_row(row: Sequence[Any], file: Path) -> tuple[int, Architecture]:
    """The same with the architecture. Raises StoreDamaged."""
    number, _, architecture = row[:3]
    try:
        return number, from_json(architecture)
    except NONSENSE as fault:
        raise StoreDamaged(damaged(file, f"trial {number}: {fault}")) from fault


def summary_from_row(row: Sequence[Any], file: Path) -> TrialSummary:
    """The summary of a row of `SUMMARY_COLUMNS`. Raises StoreDamaged like `from_row`."""
    number, status, reward, finished, kind, message, metrics, seed, started, key = row[:10]
    fidelity, continues, _ = row[10:]
    try:
        _check_types(tuple(map(type, row[: len(SUMMARY_TYPES)])))
        metrics = json.loads(metrics)
        for name, value in metrics.items():
            if type(value) not in (int, float) or not isfinite(value):
                raise ValueError(f"{name} is {shown(value)}")
        if not isfinite(reward or 0) or not isfinite(started) or not isfinite(finished or 0):
            raise ValueError(f"reward {reward}, started {started} or finished {finished}")
        return TrialSummary(
            number=number,
            key=key,
            reward=reward,
            status=TrialStatus(status),
            seed=seed,
            metrics=metrics,
            failure=None if kind is None else f"{FailureKind(kind)}: {message}",
            fidelity=fidelity,
            started=started,
            finished=finished,
            continues=continues,
        )
    except NONSENSE as fault:
        raise StoreDamaged(damaged(file, f"trial {number}: {fault}")) from fault


@lru_cache(maxsize=256)  # a run has a handful of combinations
def _check_types(found: tuple[type, ...]) -> None:
    for name, kind in zip(SUMMARY_TYPES, found, strict=True):
        if kind not in SUMMARY_TYPES[name]:
            raise ValueError(f"{name} is of SQLite's type for {kind.__name__}")
