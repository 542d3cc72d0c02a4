"""What a search may score candidates with."""

from collections.abc import Mapping
from typing import Protocol

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
