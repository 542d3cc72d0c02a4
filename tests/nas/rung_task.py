"""A task of three fidelities that takes microseconds, and what a study needs to search with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nas.rungs import Rungs
from results.training_length import training_length
from search_space import Architecture
from tests.nas.tiny import TASK

RUNGS = Rungs(
    ('{"steps":100,"stop_step":25}', '{"steps":100,"stop_step":50}', '{"steps":100}'), reduction=2
)


@dataclass(frozen=True)
class RungTask:
    """AP of the analytic task, less what a training has not come to; `given` has every call."""

    given: list[dict[str, Any]] = field(default_factory=list)

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        return TASK.evaluate(architecture, seed)

    def evaluate_at(
        self,
        architecture: Architecture,
        seed: int,
        fidelity: str,
        *,
        resume: Path | None = None,
        pause: Path | None = None,
    ) -> Mapping[str, float]:
        share = training_length(fidelity).share
        found = resume is not None and resume.exists()
        self.given.append({"share": share, "resume": resume, "pause": pause, "found": found})
        if pause is not None:
            pause.parent.mkdir(exist_ok=True)
            pause.touch()
        final = TASK.evaluate(architecture, seed)["AP"]
        return {"AP": share * final * (1 + 0.3 * (seed % 7) / 7 * (1 - share))}
