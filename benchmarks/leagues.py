"""Leagues of networks whose true means are known, for belief.py and racing.py beside this."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rng = np.random.Generator

LOW_AP = 1 / 3  # of the networks, which lose detail, have an AP near 0
# SD of a seed by that of the networks, as docs/proxy.md has them: random networks on `quick`, sound
# ones, sound ones on photographs, photographs that need longer training.
NOISE = (0.1, 0.4, 0.8, 1.5)
REPEATED = 0.15  # of the networks have 2 to 5 seeds


def normal(rng: Rng, n: int) -> Array:
    return rng.standard_normal(n)


def low_tail(rng: Rng, n: int) -> Array:
    """Gumbel's distribution turned round: skewness -1.1."""
    return (np.euler_gamma - rng.gumbel(size=n)) * np.sqrt(6) / np.pi


def uniform(rng: Rng, n: int) -> Array:
    return rng.uniform(-np.sqrt(3), np.sqrt(3), n)


def bimodal(rng: Rng, n: int) -> Array:
    """A third near 0, as networks that lose detail are; the others around 1."""
    draw = rng.standard_normal(n)
    return np.where(rng.random(n) < LOW_AP, 0.02 * np.abs(draw), 1 + 0.15 * draw) / 0.487


def gauss(rng: Rng, n: int) -> Array:
    return rng.standard_normal(n)


def heavy(rng: Rng, n: int) -> Array:
    """Student's t with 4 degrees of freedom, of variance 1."""
    return rng.standard_t(4, n) / np.sqrt(2)


@dataclass(frozen=True)
class Family:
    """True means of SD 1, and errors of SD 1 that are scaled by the noise."""

    quality: Callable[[Rng, int], Array]
    error: Callable[[Rng, int], Array] = gauss


FAMILIES = {
    "normal": Family(normal),
    "low tail": Family(low_tail),
    "uniform": Family(uniform),
    "a third near 0": Family(bimodal),
    "normal, noise t(4)": Family(normal, heavy),
}


@dataclass(frozen=True)
class League:
    """True means [n], and a way to train a network once more."""

    truth: Array
    error: Callable[[Rng, int], Array]
    noise: float

    def train(self, network: int, times: int, rng: Rng) -> list[float]:
        """Rewards of so many new seeds."""
        return (self.truth[network] + self.noise * self.error(rng, times)).tolist()


def make_league(family: Family, n: int, noise: float, rng: Rng) -> League:
    return League(family.quality(rng, n), family.error, noise)


def some_repeated(league: League, rng: Rng) -> list[list[float]]:
    """One seed each; 2 to 5 for some, at least for two."""
    n = len(league.truth)
    seeds = np.where(rng.random(n) < REPEATED, rng.integers(2, 6, n), 1)
    seeds[:2] = np.maximum(seeds[:2], 2)  # the networks are in no order
    return [league.train(network, int(times), rng) for network, times in enumerate(seeds)]
