"""Which architectures a proxy is measured on."""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from nas.errors import UsageError
from search_space import Genotype, SearchSpace
from search_space.detail_loss import detail_loss

MOST_MISSES = 1000  # draws in a row that are of no use: 2 seconds
MOST = 10_000
MOST_TRAININGS = 100_000
MOST_FACTOR = 1000.0


@dataclass(frozen=True, slots=True)
class SampleSize:
    """What `nas doctor` trains.

    Args:
        architectures: uniform members of the space.
        sound: at least so many of all have no detail loss; further ones are drawn for that.
        seeds: trainings of each.
        long: each is trained once more with so many times the steps; 0: none.
        rungs: shares of the steps at which the first training of each is looked at, rising.

    Raises UsageError.
    """

    architectures: int
    seeds: int
    sound: int
    long: float
    rungs: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name, least in (("architectures", 1), ("seeds", 1), ("sound", 0)):
            value = getattr(self, name)
            if not least <= value <= MOST:
                raise UsageError(f"--{name} {value}: give a whole number, {least} to {MOST:,}")
        if self.long != 0 and not 1 < self.long <= MOST_FACTOR:
            raise UsageError(
                f"--long {self.long:g}: give a factor above 1, up to {MOST_FACTOR:g}, or 0 for none"
            )
        most = (self.architectures + self.sound) * (self.seeds + bool(self.long))
        if most > MOST_TRAININGS:
            raise UsageError(
                f"--architectures {self.architectures} --sound {self.sound} --seeds {self.seeds}: "
                f"up to {most:,} trainings; give numbers for at most {MOST_TRAININGS:,}"
            )
        rising = list(self.rungs) == sorted(set(self.rungs))
        if not rising or not all(0 < share < 1 for share in self.rungs):
            raise UsageError(
                f"--rungs {','.join(f'{share:g}' for share in self.rungs)}: give shares of the "
                "steps between 0 and 1, each once, the smallest first"
            )

    @property
    def options(self) -> list[str]:
        """Of `nas doctor`, all spelt out."""
        values = {**self.as_dict(), "long": f"{self.long:g}"}
        if self.rungs:
            values["rungs"] = ",".join(map(str, self.rungs))
        return [word for name, value in values.items() for word in (f"--{name}", str(value))]

    def as_dict(self) -> dict[str, Any]:
        """For JSON. Without rungs there is none of them: so are runs that were made before."""
        known = asdict(self)
        if not self.rungs:
            del known["rungs"]
        return known

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Self:
        """Inverse of `as_dict`, after JSON. Raises KeyError, TypeError."""
        return cls(**{**document, "rungs": tuple(document.get("rungs", ()))})


@dataclass(frozen=True, slots=True)
class Sample:
    """The architectures, random ones first, and how each is trained (canonical fidelities).

    `long_fidelity` is empty where none is trained; `rung_fidelities` are of the parts of the first
    training, without the last one, which ends at `fidelity`.
    """

    size: SampleSize
    genotypes: tuple[Genotype, ...]
    fidelity: str
    long_fidelity: str
    rung_fidelities: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "size": self.size.as_dict()}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Self:
        """Inverse of `as_dict`. Raises KeyError, TypeError for what that did not write."""
        return cls(
            SampleSize.from_dict(document["size"]),
            tuple(tuple(genotype) for genotype in document["genotypes"]),
            document["fidelity"],
            document["long_fidelity"],
            tuple(document.get("rung_fidelities", ())),
        )

    @property
    def trainings(self) -> int:
        """Of all architectures."""
        return len(self.genotypes) * (self.size.seeds + bool(self.long_fidelity))

    @property
    def trials(self) -> int:
        """Of these trainings: more where one is made in parts."""
        return self.trainings + len(self.genotypes) * len(self.rung_fidelities)


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
