"""One line of a run's journal."""

from dataclasses import dataclass
from typing import Literal

EventKind = Literal["propose", "duplicate", "promote", "observe"]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to the controller, in the order in which it happened.

    `propose`: it proposed what became trial `number`. `duplicate`: it proposed an architecture
    that was known as trial `number`. `promote`: the study, not the controller, began trial
    `number`, which continues another at a higher rung. `observe`: the result of trial `number` was
    committed, and the controller told. Playing these to a fresh one brings it to where it was.
    """

    seq: int  # from 1, without gaps
    kind: EventKind
    number: int
