"""Trials as rows of the table `trials`, and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from results.errors import StoreDamaged
from results.outcome import Failure, FailureKind
from results.sqlite_faults import damaged
from results.trial import Trial, TrialStatus
from search_space.block_specs import from_json, to_json

RESULT_COLUMNS = ("status", "reward", "finished", "failure_kind", "failure_message", "metrics")
COLUMNS = (
    "number", *RESULT_COLUMNS, "seed", "started", "key", "fidelity", "continues", "genotype",
    "architecture",
)  # fmt: skip
INSERT_TRIAL = f"INSERT INTO trials ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
SUMMARY_COLUMNS = ("number", *RESULT_COLUMNS, "seed", "started", "key", "fidelity", "continues")


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
    return (
        trial.number,
        *to_result_row(trial),
        trial.seed,
        trial.started,
        trial.key,
        trial.fidelity,
        trial.continues,
        genotype,
        to_json(trial.architecture),
    )


def to_result_row(trial: Trial) -> tuple[object, ...]:
    """Values for `RESULT_COLUMNS`."""
    return (
        trial.status.value,
        trial.reward,
        trial.finished,
        None if trial.failure is None else trial.failure.kind.value,
        None if trial.failure is None else trial.failure.message,
        json.dumps(dict(trial.metrics), allow_nan=False),
    )


def from_row(row: Sequence[Any], file: Path) -> Trial:
    """The trial of a row of `COLUMNS`. Raises StoreDamaged if it was edited into nonsense."""
    number, status, reward, finished, kind, message, metrics, seed, started, _, fidelity = row[:11]
    continues, genotype, architecture = row[11:]
    try:
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
    except (ValueError, TypeError, AttributeError) as fault:  # what the parts raise for nonsense
        raise StoreDamaged(damaged(file, f"trial {number}: {fault}")) from fault


def summary_from_row(row: Sequence[Any], file: Path) -> TrialSummary:
    """The summary of a row of `SUMMARY_COLUMNS`. Raises StoreDamaged like `from_row`."""
    number, status, reward, finished, kind, message, metrics, seed, started, key = row[:10]
    fidelity, continues = row[10:]
    try:
        metrics = dict(json.loads(metrics))
        for name, value in {**metrics, "started": started}.items():
            if not isinstance(value, int | float):
                raise ValueError(f"{name} is {value!r}")
        if not isinstance(reward, float | None):
            raise ValueError(f"reward is {reward!r}")
        return TrialSummary(
            number=number,
            key=key,
            reward=reward,
            status=TrialStatus(status),
            seed=seed,
            metrics=metrics,
            failure=None if kind is None else f"{kind}: {message}",
            fidelity=fidelity,
            started=started,
            finished=finished,
            continues=continues,
        )
    except (ValueError, TypeError) as fault:
        raise StoreDamaged(damaged(file, f"trial {number}: {fault}")) from fault
