"""What another run knows of a member of this run's space."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from results.errors import InvalidTrial, StoreDamaged
from results.outcome import checked_metrics
from results.row_checksum import sealed, stored
from results.sqlite_faults import damaged

COLUMNS = ("seq", "run", "number", "reward", "metrics", "genotype", "crc")
INSERT_WARM = f"INSERT INTO warm_trials ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmTrial:
    """A finished trial of another run, as this run's controller is told of it.

    Args:
        run: the run that it came from, `number` its number there.
        genotype: in this run's space.
        reward: by this run's objective; `None` for a failed or infeasible candidate.
        metrics: what was measured, finite numbers by name.

    Raises:
        InvalidTrial: a reward or a metric that is no finite number.
    """

    run: str
    number: int
    genotype: tuple[int, ...]
    reward: float | None
    metrics: Mapping[str, float]

    def __post_init__(self) -> None:
        if self.reward is not None and not math.isfinite(self.reward):
            raise InvalidTrial(
                f"trial {self.number} of {self.run}: reward {self.reward} is no finite number: "
                "give None for an infeasible candidate"
            )
        object.__setattr__(self, "metrics", checked_metrics(self.metrics))


def to_warm_row(seq: int, trial: WarmTrial) -> tuple[object, ...]:
    """Values for `INSERT_WARM`."""
    metrics = json.dumps(dict(trial.metrics), allow_nan=False)
    genotype = json.dumps(trial.genotype)
    return sealed(seq, trial.run, trial.number, stored(trial.reward), metrics, genotype)


def from_warm_row(row: Sequence[Any], file: Path) -> WarmTrial:
    """The trial of a row of `COLUMNS`. Raises StoreDamaged if it was edited into nonsense."""
    _, run, number, reward, metrics, genotype, _ = row
    try:
        return WarmTrial(
            run=run,
            number=number,
            genotype=tuple(json.loads(genotype)),
            reward=reward,
            metrics=json.loads(metrics),
        )
    except (
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as fault:  # what the parts raise for nonsense
        raise StoreDamaged(damaged(file, f"trial {number} of {run}: {fault}")) from fault
