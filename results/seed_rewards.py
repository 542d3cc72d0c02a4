"""Rewards of networks, all seeds of each together, and how far one is above another."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from results.networks import Run, rewards_by_length
from results.noise import Noise
from results.student import student_975

Length = tuple[int, str]  # steps, 0 where not known, and the fidelity


@dataclass(frozen=True, slots=True)
class SeedMean:
    """Mean of the rewards of so many `seeds`."""

    mean: float
    seeds: int


@dataclass(frozen=True, slots=True)
class Gain:
    """One network's mean reward less another's, after `steps`; None where these are not known.

    Args:
        variance: of the gain, by that of a training: 1 / seeds of one + 1 / seeds of the other.
    """

    value: float
    steps: int | None
    variance: float

    def off_by(self, noise: Noise | None) -> tuple[float | None, float | None]:
        """Its standard error, and the half-width of its 95 % interval (Student's t)."""
        if noise is None:
            return None, None
        error = noise.sd * math.sqrt(self.variance)
        return error, student_975(noise.freedom) * error


@dataclass(frozen=True, slots=True)
class SeedRewards:
    """Of candidates, after each length of training that their networks had."""

    found: Mapping[int, Mapping[Length, SeedMean]]

    @classmethod
    def of(cls, run: Run, keys: Mapping[int, str]) -> "SeedRewards":
        """keys: of each candidate its network's. Raises NotARun, StoreDamaged."""
        networks: dict[str, dict[Length, SeedMean]] = {}
        for row in rewards_by_length(run, set(keys.values())).to_dict("records"):
            length = int(row["steps"]), str(row["fidelity"])
            mean = SeedMean(float(row["mean"]), int(row["seeds"]))
            networks.setdefault(str(row["key"]), {})[length] = mean
        return cls({candidate: networks.get(key, {}) for candidate, key in keys.items()})

    def longest(self, candidate: int) -> SeedMean | None:
        """After the longest training that it had; None where it has no reward."""
        of = self.found[candidate]
        return of[max(of)] if of else None

    def size(self, candidate: int) -> float:
        """That mean, minus infinity where it has none."""
        longest = self.longest(candidate)
        return -math.inf if longest is None else longest.mean

    def gain(self, child: int, parent: int) -> Gain | None:
        """After the longest training that both had; None where there is none."""
        new, old = self.found[child], self.found[parent]
        both = new.keys() & old.keys()
        if not both:
            return None
        length = max(both)
        above, below = new[length], old[length]
        return Gain(above.mean - below.mean, length[0] or None, 1 / above.seeds + 1 / below.seeds)
