import numpy as np

from search_space import Genotype
from tests.controllers.toy_space import ToySpace


class RecordingSpace(ToySpace):
    """A toy space that remembers which parents were mutated, and which were crossed."""

    parents: list[Genotype]
    crossed: list[tuple[Genotype, Genotype]]

    def mutate(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        self.parents.append(genotype)
        return super().mutate(genotype, rng)

    def crossover(self, first: Genotype, second: Genotype, rng: np.random.Generator) -> Genotype:
        self.crossed.append((first, second))
        return super().crossover(first, second, rng)


def recording_space() -> RecordingSpace:
    """A fresh one; it is frozen, as every space is, but for what it remembers."""
    space = RecordingSpace()
    object.__setattr__(space, "parents", [])
    object.__setattr__(space, "crossed", [])
    return space
