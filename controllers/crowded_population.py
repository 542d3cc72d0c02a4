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

    @property
    def point(self) -> Point:
        """(reward, cost)."""
        return self.reward, self.cost


NOBODY: Final[Mapping[str, Evaluated]] = MappingProxyType({})


class CrowdedPopulation:
    """At most `size` candidates under the crowded comparison of Deb et al. 2002, section III-B.

    The lower rank is better, and within a rank the larger crowding distance. A key is there once,
    with what was entered last.
    """

    def __init__(self, size: int, members: Mapping[str, Evaluated] = NOBODY) -> None:
        self.size = size
        self.members = dict(members)  # by key, the one entered last at the end
        self._sort()

    def enter(self, key: str, candidate: Evaluated) -> None:
        """Takes a candidate in; the worst of too many leaves, of equals the oldest."""
        self.members.pop(key, None)
        self.members[key] = candidate
        self._sort()
        if len(self.members) > self.size:
            places = range(len(self.members))
            worst = max(places, key=lambda place: (self._ranks[place], -self._crowding[place]))
            del self.members[list(self.members)[worst]]
            self._sort()

    def winner(self, rng: np.random.Generator) -> Evaluated:
        """The better of two members drawn uniformly with replacement; of equals the first drawn."""
        drawn: list[int] = rng.integers(len(self.members), size=2).tolist()
        best = min(drawn, key=lambda place: (self._ranks[place], -self._crowding[place]))
        return list(self.members.values())[best]

    def _sort(self) -> None:
        points = [member.point for member in self.members.values()]
        self._ranks = non_dominated_ranks(points)
        self._crowding = crowding_distances(points, self._ranks)
