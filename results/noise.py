"""How much a training's reward is luck: the SD of a seed, and how well it is known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from results.errors import InvalidNoise
from results.mean_squares import mean_squares

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Noise:
    """Of one training of a network, around the mean of all of its seeds.

    Args:
        sd: standard deviation, in units of the rewards; 0 where a seed changes nothing.
        freedom: degrees of freedom that it is known with, above 0, not whole; infinite is exact.

    Raises:
        InvalidNoise: either is out of range.
    """

    sd: float
    freedom: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.sd) and self.sd >= 0):
            raise InvalidNoise(f"noise with an SD of {self.sd}: give a finite number from 0 on")
        if not self.freedom > 0:
            raise InvalidNoise(f"noise with {self.freedom} degrees of freedom: give more than 0")

    def pooled(self, other: "Noise") -> "Noise":
        """Both together, each counting by its degrees of freedom."""
        if math.inf in (self.freedom, other.freedom):
            return self if self.freedom == math.inf else other
        freedom = self.freedom + other.freedom
        squares = self.freedom * self.sd**2 + other.freedom * other.sd**2
        return Noise(math.sqrt(squares / freedom), freedom)


def all_pooled(*found: Noise | None) -> Noise | None:
    """What is known from several sources together; None where none knows."""
    known = [one for one in found if one is not None]
    return reduce(Noise.pooled, known) if known else None


def noise_of_repeats(groups: Sequence[Array]) -> Noise | None:
    """From the things that were measured more than once; None where none was.

    groups: [repeats] each. Degrees of freedom fall short of normal theory's where the variances are
    more unequal than normal errors make them (`results/mean_squares.py`).
    """
    repeated = [group for group in groups if len(group) > 1]
    if not repeated:
        return None
    if len(repeated) == 1:
        return Noise(float(repeated[0].std(ddof=1)), len(repeated[0]) - 1)
    found = mean_squares(repeated)
    return Noise(math.sqrt(found.within), found.within_df)
