"""Tasks that a doctor meets, imported by name."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from proxy_tasks.analytic_task import AnalyticTask
from proxy_tasks.errors import DataError, Diverged
from search_space import Architecture
from tests.nas.rung_task import RungTask

TASK = AnalyticTask(noise=0.02)


class Sometimes:
    """Fails on every architecture whose key begins with a digit below 4."""

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        if architecture.key[0] in "0123":
            raise Diverged("the loss is nan")
        return TASK.evaluate(architecture, seed)


class Never:
    """Fails always."""

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        raise Diverged("the loss is nan")


class Interrupted:
    """The user presses Ctrl-C in the `stop`-th evaluation."""

    stop: ClassVar[int] = 7
    calls: ClassVar[int] = 0

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        type(self).calls += 1
        if self.calls == self.stop:
            raise KeyboardInterrupt
        return TASK.evaluate(architecture, seed)


class Counting:
    """Reports what is no AP."""

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        return {"blocks": len(architecture.blocks)}


def blocks(metrics: Mapping[str, float]) -> float:
    """An objective that needs no AP."""
    return metrics["blocks"]


class Percent:
    """Reports an AP in per cent."""

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        return {"AP": 42.0}


class Huge:
    """Reports finite numbers whose squares are not."""

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        ap = TASK.evaluate(architecture, seed)["AP"]
        return {"AP": ap, "class_loss": 1e308 * ap, "cpu_seconds": 1.5e308}


class BadData:
    """Its data can be read while they are not bad."""

    bad: ClassVar[bool] = False

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        if self.bad:
            raise DataError("the file is cut")
        return TASK.evaluate(architecture, seed)


class Lengths:
    """Better with every step, and the same for all: what a fidelity reaches can be seen."""

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        raise AssertionError("this task is asked for a fidelity")

    def evaluate_at(
        self, architecture: Architecture, seed: int, fidelity: str, **_: object
    ) -> Mapping[str, float]:
        from proxy_tasks.recipe import Fidelity

        steps = Fidelity.from_canonical(fidelity).steps
        return {"AP": TASK.evaluate(architecture, seed)["AP"] / 2 + steps / 1000}


class Pausing(RungTask):
    """Remembers which evaluations found their checkpoint; Ctrl-C comes before the `stop`-th."""

    stop: ClassVar[int] = 0
    found: ClassVar[list[bool | None]] = []  # None: nothing to continue

    def evaluate_at(
        self,
        architecture: Architecture,
        seed: int,
        fidelity: str,
        *,
        resume: Path | None = None,
        pause: Path | None = None,
    ) -> Mapping[str, float]:
        if len(self.found) + 1 == self.stop:
            raise KeyboardInterrupt
        self.found.append(None if resume is None else resume.exists())
        return super().evaluate_at(architecture, seed, fidelity, resume=resume, pause=pause)
