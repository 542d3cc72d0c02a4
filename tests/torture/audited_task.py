"""A task that leaves a line outside the store when an evaluation begins, and one when it ends."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from proxy_tasks.analytic_task import AnalyticTask
from results.training_length import training_length
from search_space import Architecture


@dataclass(frozen=True)
class AuditedTask:
    """The analytic task, of any fidelity, whose evaluations are written down.

    Args:
        audit: a folder; each process appends `what seed fidelity-share` to a file of its own, in
            one write a line, which a SIGKILL of the writer does not take back.
        seconds: how long an evaluation takes.
    """

    audit: str
    seconds: float = 0.0
    formula: AnalyticTask = field(default_factory=lambda: AnalyticTask(noise=0.01))

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        return self.evaluate_at(architecture, seed, "{}")

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
        self._write("begun", seed, share)
        if pause is not None:
            pause.parent.mkdir(exist_ok=True)
            pause.touch()
        time.sleep(self.seconds)
        average_precision = share * self.formula.evaluate(architecture, seed)["AP"]
        self._write("ended", seed, share)
        return {"AP": average_precision}

    def _write(self, what: str, seed: int, share: float) -> None:
        path = Path(self.audit, f"{os.getpid()}.audit")
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, f"{what} {seed} {share:.6g}\n".encode())
        finally:
            os.close(file)
