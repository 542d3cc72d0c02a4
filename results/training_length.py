"""How long a trial trains, read from its fidelity: what rungs differ in."""

import json
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class TrainingLength:
    """How much of a training an evaluation is.

    Args:
        steps: trained in all, those of the rungs before too; None where the fidelity says nothing
            of steps, as that of a task without a training may.
        share: of the full training, in (0, 1].
    """

    steps: int | None
    share: float


@lru_cache(maxsize=1024)
def training_length(fidelity: str) -> TrainingLength:
    """From a fidelity's JSON: `stop_step` where it has one, else `steps`."""
    try:
        values = json.loads(fidelity)
        steps, stop = values.get("steps"), values.get("stop_step")
    except (ValueError, AttributeError):  # a fidelity is any text, to a store
        return TrainingLength(None, 1.0)
    if type(steps) is not int or not 1 <= steps < 2**63:
        return TrainingLength(None, 1.0)
    if type(stop) is not int or not 1 <= stop < steps:
        return TrainingLength(steps, 1.0)
    return TrainingLength(stop, stop / steps)
