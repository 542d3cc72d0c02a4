"""What a search may score candidates with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from search_space import Architecture


class ProxyTask(Protocol):
    """Measures candidates; the same architecture and seed give the same metrics.

        metrics = task.evaluate(architecture, seed=7)
        metrics["AP"]          # what the default objective reads, 0..1

    A task lives in a worker process, evaluates one candidate at a time, and is made once there.
    A class attribute METRICS may name what it reports: a search for another metric is then refused
    at once.
    """

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        """Finite numbers by name.

        Raises:
            CandidateFailure: this candidate cannot be measured; others may be.
            DataError: the data went bad while the search ran.
        """
        ...


@runtime_checkable
class FixedFidelityTask(ProxyTask, Protocol):
    """A task that answers for some fidelities only, and is asked before a search begins."""

    def check_fidelity(self, fidelity: str) -> None:
        """Raises InvalidRecipe for a fidelity, canonical, that it has no answer for."""
        ...


@runtime_checkable
class MultiFidelityTask(ProxyTask, Protocol):
    """A task that can be told how much an evaluation may cost, and can pause one and go on.

    Only such a task can be searched with rungs (`[halving]`), or with trials of several fidelities
    in one run.
    """

    def evaluate_at(
        self,
        architecture: Architecture,
        seed: int,
        fidelity: str,
        *,
        resume: Path | None = None,
        pause: Path | None = None,
    ) -> Mapping[str, float]:
        """As `evaluate`, at a fidelity of its own.

        Args:
            architecture: the candidate.
            seed: the candidate's, one for all of its fidelities.
            fidelity: what `Fidelity.canonical` gives. With a `stop_step` the training ends there,
                with the learning rates of the whole `steps`.
            resume: a checkpoint that an earlier evaluation of the same candidate and seed wrote.
                Where it is missing or damaged, training begins anew; the metrics, but for times,
                are the same to the last bit.
            pause: where to leave a checkpoint for a longer evaluation.

        Raises:
            InvalidRecipe: this task has no such fidelity; else as `evaluate`.
        """
        ...
