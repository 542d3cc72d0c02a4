"""Trainings of given networks with given seeds: what a table of claims compares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np

from nas.committed_study import Commitments, CommittedStudy, PlannedTrial
from nas.study import Metrics
from results import Trial
from search_space import Architecture

STREAM = 0x46524553  # of seeds that no search and no race has


@dataclass(frozen=True, slots=True)
class Compared:
    """A network, and how it is trained (canonical fidelity)."""

    name: str
    architecture: Architecture
    fidelity: str

    @property
    def identity(self) -> tuple[str, str]:
        """What makes two of them the same trainings."""
        return self.architecture.key, self.fidelity


class NetworkStudy(CommittedStudy):
    """All networks with the first seed, then with the next, less what the store has already.

    The nth seed is the same for all networks, so that differences can be taken within seeds. A
    training that failed is not made again. Networks may be added between two lives of a store.
    """

    def __init__(
        self,
        *,
        networks: Sequence[Compared],
        seeds: Sequence[int],
        cost_at: Callable[[Architecture, str], Metrics],
        **given: Unpack[Commitments],
    ) -> None:
        trials = given["store"].trials()
        known = {(trial.key, trial.fidelity, trial.seed) for trial in trials}
        different = {network.identity: network for network in networks}
        self._names = {network.identity: network.name for network in reversed(networks)}
        self._missing = [
            (network, seed)
            for seed in seeds
            for identity, network in different.items()
            if (*identity, seed) not in known
        ]
        self.cost_at, self._first = cost_at, given["store"].next_number()
        super().__init__(self._first + len(self._missing), **given)

    def name_of(self, trial: Trial) -> str:
        """The first of the names of a network that has several."""
        return self._names.get((trial.key, trial.fidelity), "")

    def _decide(self) -> tuple[PlannedTrial, int] | None:
        network, seed = self._missing[self._next - self._first]
        return PlannedTrial((), network.architecture, network.fidelity), seed

    def _cost(self, planned: PlannedTrial) -> Metrics:
        return self.cost_at(planned.architecture, planned.fidelity)


def fresh_seed(seed: int, nth: int) -> int:
    """Of every network's nth training for a comparison, 0 to 2**32 - 1."""
    return int(np.random.SeedSequence([seed, STREAM, nth]).generate_state(1)[0])
