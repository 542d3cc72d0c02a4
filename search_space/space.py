"""What a controller may ask of any search space."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from search_space.architecture import Architecture
from search_space.errors import InvalidSpace

# One choice index per decision, into that decision's `choices`; plain ints, so JSON holds it.
Genotype = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice a genotype makes; which choices are legal may depend on the earlier ones."""

    name: str
    choices: tuple[int | str, ...]  # what the choice indices stand for

    def __post_init__(self) -> None:
        if not self.choices or len(set(self.choices)) != len(self.choices):
            raise InvalidSpace(
                f"decision {self.name} has choices {self.choices!r}: give at least one, no repeats"
            )


class SearchSpace(Protocol):
    """A finite set of architectures written as sequences of choices.

    A genotype is built from the left: ask `legal(())`, pick an index the mask allows, ask
    `legal((index,))`, and so on through `decisions`. Every legal prefix can be completed, and
    every complete one decodes.
    """

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """One a position of the genotype, in order."""
        ...

    def legal(self, prefix: Genotype) -> NDArray[np.bool_]:
        """Mask over `decisions[len(prefix)].choices`; InvalidGenotype for an illegal prefix."""
        ...

    def decode(self, genotype: Genotype) -> Architecture:
        """Raises InvalidGenotype naming the first decision that is wrong."""
        ...

    def encode(self, architecture: Architecture) -> Genotype:
        """Inverse of decode; InvalidGenotype says why an architecture is not a member."""
        ...

    def sample(self, rng: np.random.Generator) -> Genotype:
        """Uniform over the genotypes."""
        ...

    def mutate(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        """A legal neighbour whose architecture has another key."""
        ...

    def crossover(self, first: Genotype, second: Genotype, rng: np.random.Generator) -> Genotype:
        """A member made of two, whose architecture has the key of neither."""
        ...
