"""One line of a run's journal."""

from dataclasses import dataclass
from typing import Literal

COLUMNS = ("seq", "kind", "number", "detail", "crc")
INSERT_EVENT = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?)"
EventKind = Literal["propose", "duplicate", "promote", "observe", "lost", "retry", "import"]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a trial, in the order in which it happened.

    `propose`: the controller proposed what became trial `number`, of those that the detail names
    (`parents`). `duplicate`: it proposed an
    architecture that was known as trial `number`. `promote`: the study, not the controller, began
    trial `number`, which continues another at a higher rung. `observe`: the result of trial
    `number` was committed, and the controller told. `lost`: an attempt at it ended with its worker
    or node, as the detail says. `retry`: it had failed, as the detail says, and is tried again.
    `import`: it was taken over with its result from another run, which the detail names, and the
    controller told. Playing these to a fresh controller brings it to where it was.
    """

    seq: int  # from 1, without gaps
    kind: EventKind
    number: int
    detail: str | None = None
