"""A population that keeps what is least dominated and least crowded, and draws parents so."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from controllers.non_dominated import Point, crowding_distances, non_dominated_ranks
from search_space import Genotype


class Evaluated(NamedTuple):
    """A candidate with its two objectives."""

    genotype: Genotype
    reward: float  # to maximise
    cost: float  # to minimise
    fidelity: float = 1.0  # share of the full training that the reward is of

    @property
    def point(self) -> Point:
        """(reward, cost)."""
        return self.reward, self.cost


NOBODY: Final[Mapping[str, Evaluated]] = MappingProxyType({})


class CrowdedPopulation:
    """At most `size` candidates under the crowded comparison of Deb et al. 2002, section III-B.

    The lower rank is better, and within a rank the larger crowding distance. A key is there once,
    with what was entered last, unless that was trained less long. Rewards of unequal fidelities do
    not compare: what was trained longer has the lower rank, whatever the points.
    """

    def __init__(self, size: int, members: Mapping[str, Evaluated] = NOBODY) -> None:
        self.size = size
        self.members = dict(members)  # by key, the one entered last at the end
        self._sort()

    def enter(self, key: str, candidate: Evaluated) -> None:
        """Takes a candidate in; the worst of too many leaves, of equals the oldest."""
        known = self.members.get(key)
        if known is not None and known.fidelity > candidate.fidelity:
            return
        self.members.pop(key, None)
        self.members[key] = candidate
        self._sort()
        if len(self.members) > self.size:
            places = range(len(self.members))
            worst = max(places, key=lambda place: (self._ranks[place], -self._crowding[place]))
            del self.members[list(self.members)[worst]]
            self._sort()

    def leave(self, key: str) -> None:
        """A candidate that failed on its way to a higher rung is no parent."""
        if self.members.pop(key, None) is not None:
            self._sort()

    def winner(self, rng: np.random.Generator) -> Evaluated:
        """The better of two members drawn uniformly with replacement; of equals the first drawn."""
        drawn: list[int] = rng.integers(len(self.members), size=2).tolist()
        best = min(drawn, key=lambda place: (self._ranks[place], -self._crowding[place]))
        return list(self.members.values())[best]

    def _sort(self) -> None:
        members = list(self.members.values())
        self._ranks, first = [0] * len(members), 0
        for fidelity in sorted({member.fidelity for member in members}, reverse=True):
            places = [i for i, member in enumerate(members) if member.fidelity == fidelity]
            ranks = non_dominated_ranks([members[place].point for place in places])
            for place, rank in zip(places, ranks, strict=True):
                self._ranks[place] = first + rank
            first += max(ranks) + 1
        self._crowding = crowding_distances([member.point for member in members], self._ranks)
