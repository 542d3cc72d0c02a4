"""Which architectures a proxy is measured on."""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from nas.detail_loss import detail_loss
from nas.errors import UsageError
from search_space import Genotype, SearchSpace

MOST_MISSES = 1000  # draws in a row that are of no use: 2 seconds
MOST = 10_000
MOST_FACTOR = 1000.0


@dataclass(frozen=True, slots=True)
class SampleSize:
    """What `nas doctor` trains.

    Args:
        architectures: uniform members of the space.
        sound: at least so many of all have no detail loss; further ones are drawn for that.
        seeds: trainings of each.
        long: each is trained once more with so many times the steps; 0: none.

    Raises UsageError.
    """

    architectures: int
    seeds: int
    sound: int
    long: float

    def __post_init__(self) -> None:
        for name, least in (("architectures", 1), ("seeds", 1), ("sound", 0)):
            value = getattr(self, name)
            if not least <= value <= MOST:
                raise UsageError(f"--{name} {value}: give a whole number, {least} to {MOST:,}")
        if self.long != 0 and not 1 < self.long <= MOST_FACTOR:
            raise UsageError(
                f"--long {self.long:g}: give a factor above 1, up to {MOST_FACTOR:g}, or 0 for none"
            )


@dataclass(frozen=True, slots=True)
class Sample:
    """The architectures, random ones first; `long_fidelity` is empty where none is trained."""

    size: SampleSize
    genotypes: tuple[Genotype, ...]
    fidelity: str
    long_fidelity: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Self:
        """Inverse of `as_dict`. Raises KeyError, TypeError for what that did not write."""
        return cls(
            SampleSize(**document["size"]),
            tuple(tuple(genotype) for genotype in document["genotypes"]),
            document["fidelity"],
            document["long_fidelity"],
        )

    @property
    def trainings(self) -> int:
        """Of all architectures."""
        return len(self.genotypes) * (self.size.seeds + bool(self.long_fidelity))


def draw_genotypes(space: SearchSpace, size: SampleSize, seed: int) -> tuple[Genotype, ...]:
    """Uniform members with distinct keys, then the sound ones that were drawn after them.

    Ends with fewer sound ones than asked for where MOST_MISSES draws bring none. Raises UsageError
    where the space has too few members.
    """
    rng = np.random.default_rng(seed)
    known: set[str] = set()
    chosen: list[Genotype] = []
    sound = misses = 0
    while misses < MOST_MISSES and (len(chosen) < size.architectures or sound < size.sound):
        genotype = space.sample(rng)
        architecture = space.decode(genotype)
        misses += 1
        if architecture.key in known:
            continue
        is_sound = detail_loss(architecture) == 0
        if len(chosen) < size.architectures or is_sound:
            known.add(architecture.key)
            chosen.append(genotype)
            sound += is_sound
            misses = 0
    if len(chosen) < size.architectures:
        raise UsageError(
            f"--architectures {size.architectures}: only {len(chosen)} distinct ones were found in "
            "this space; give at most that"
        )
    return tuple(chosen)
