"""Tasks that do not end by themselves, imported by name."""

import signal
import sys
from collections.abc import Mapping

from proxy_tasks.analytic_task import AnalyticTask
from search_space import Architecture

TASK = AnalyticTask()


class Endless:
    """Tells that it began, then waits for ever, and answers no signal."""

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        said = "training\n"
        while True:
            try:
                sys.stdout.write(said)
                sys.stdout.flush()
                signal.pause()
            except BaseException:
                said = "refused\n"


class Broken:
    """Has a bug that about half of all architectures meet."""

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        if architecture.key[0] in "01234567":
            raise ZeroDivisionError("a bug")
        return TASK.evaluate(architecture, seed)
