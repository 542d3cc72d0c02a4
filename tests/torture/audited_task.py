"""A task that leaves a line outside the store when an evaluation begins, and one when it ends."""

import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from proxy_tasks.analytic_task import AnalyticTask
from results.training_length import training_length
from search_space import Architecture
from tests.torture.fates import HANGS, INFEASIBLE, NOT_FINITE, RAISED, fate

AUDIT = "SPINENAS_TORTURE_AUDIT"  # the environment variable that names the folder
MENDED = "mended"  # a file in it: the fates that are none any more, a line each


@dataclass(frozen=True)
class AuditedTask:
    """The analytic task, of any fidelity, whose evaluations are written down, and of which a share
    fails: see `fates`.

    Each process appends `what seed fidelity-share` to a file of its own in the folder `AUDIT`, in
    one write a line, which a SIGKILL of the writer does not take back. The folder is no option, so
    that a fork may have another than its source, and runs of two folders can be merged.

    Args:
        seconds: how long an evaluation takes.
        failing, hanging: shares of evaluations that fail, and that never end.
    """

    seconds: float = 0.0
    failing: float = 0.0
    hanging: float = 0.0
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
        fated = fate(architecture.key, seed, share, self.failing, self.hanging)
        if fated in mended(Path(os.environ[AUDIT])):
            fated = None
        if fated == HANGS:
            time.sleep(1e6)
        average_precision = share * self.formula.evaluate(architecture, seed)["AP"]
        self._write("ended", seed, share)
        if fated in RAISED:
            kind, message, _ = RAISED[fated]
            raise kind(message)
        return {
            "AP": math.nan if fated == NOT_FINITE else average_precision,
            "feasible": int(fated != INFEASIBLE),
        }

    def _write(self, what: str, seed: int, share: float) -> None:
        path = Path(os.environ[AUDIT], f"{os.getpid()}.audit")
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, f"{what} {seed} {share:.6g}\n".encode())
        finally:
            os.close(file)


def mended(audit: Path) -> frozenset[str]:
    """The fates that a user has mended."""
    file = audit / MENDED
    return frozenset(file.read_text("ascii").splitlines()) if file.exists() else frozenset()
