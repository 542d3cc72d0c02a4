"""One line of a run's journal."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from results.errors import StoreDamaged
from results.outcome import checked_metrics
from results.sqlite_faults import damaged
from results.trial import Trial

COLUMNS = ("seq", "kind", "number", "detail", "crc")
INSERT_EVENT = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?)"
EventKind = Literal["propose", "duplicate", "promote", "observe", "lost", "retry", "import"]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a trial, in the order in which it happened.

    `propose`: the controller proposed what became trial `number`, of those that the detail names
    (`parents`). `duplicate`: it proposed an architecture that was known as trial `number`.
    `promote`: the study, not the controller, began trial `number`, which continues another at a
    higher rung. `observe`: the result of trial `number` was committed, and the controller told.
    `lost`: an attempt at it ended with its worker or node, as the detail says. `retry`: it had
    failed, as the detail says (`retry_detail`), and is tried again. `import`: it was taken over
    with its result from another run, which the detail names, and the controller told. Playing these
    to a fresh controller brings it to where it was.
    """

    seq: int  # from 1, without gaps
    kind: EventKind
    number: int
    detail: str | None = None


def retry_detail(trial: Trial) -> str:
    """The detail of the `retry` of a failed trial: its failure, and the metrics that it had then,
    which its next result adds to.
    """
    document = {"failure": str(trial.failure), "metrics": dict(trial.metrics)}
    return json.dumps(document, allow_nan=False)


def metrics_before(retry: Event, file: Path) -> dict[str, float]:
    """The metrics of a trial when it was reopened. Raises StoreDamaged for another detail."""
    try:
        return checked_metrics(json.loads(retry.detail or "")["metrics"])
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as fault:
        what = f"event {retry.seq} does not say what trial {retry.number} was: {fault}"
        raise StoreDamaged(damaged(file, what)) from fault
