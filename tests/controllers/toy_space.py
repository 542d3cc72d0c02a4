"""A space small enough to count, which obeys the whole SearchSpace protocol."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from search_space import Architecture, BlockSpec, Decision, Genotype, InvalidGenotype

LEVELS = (2, 3, 4, 5)
OUTPUT_LEVELS = (3, 4, 5, 6, 7)


@dataclass(frozen=True)
class ToySpace:
    """A chain of `length` blocks, each at another level than the one before it.

    Every block takes the two features before it, so the order is forced and two genotypes never
    name the same network. It has 4 * 3 ** (length - 1) members.
    """

    length: int = 8

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(Decision(f"level of block {i}", LEVELS) for i in range(self.length))

    @property
    def size(self) -> int:
        return int(4 * 3 ** (self.length - 1))

    def legal(self, prefix: Genotype) -> NDArray[np.bool_]:
        mask = np.ones(len(LEVELS), dtype=np.bool_)
        if prefix:
            mask[prefix[-1]] = False
        return mask

    def decode(self, genotype: Genotype) -> Architecture:
        if len(genotype) != self.length or not self._member(genotype):
            raise InvalidGenotype(f"{genotype} is no member of {self}: neighbours must differ")
        chain = [
            BlockSpec(LEVELS[choice], "bottleneck", (i, i + 1)) for i, choice in enumerate(genotype)
        ]
        last = self.length + 1
        outputs = [BlockSpec(lv, "bottleneck", (last - 1, last), True) for lv in OUTPUT_LEVELS]
        return Architecture(tuple(chain + outputs))

    def encode(self, architecture: Architecture) -> Genotype:
        genotype = tuple(LEVELS.index(b.level) for b in architecture.blocks[: self.length])
        if self.decode(genotype) != architecture:
            raise InvalidGenotype(f"{architecture} is no chain of {self}")
        return genotype

    def sample(self, rng: np.random.Generator) -> Genotype:
        genotype: Genotype = ()
        for _ in range(self.length):
            genotype += (int(rng.choice(np.flatnonzero(self.legal(genotype)))),)
        return genotype

    def mutate(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        while True:
            position, choice = int(rng.integers(self.length)), int(rng.integers(len(LEVELS)))
            child = (*genotype[:position], choice, *genotype[position + 1 :])
            if child != genotype and self._member(child):
                return child

    def crossover(self, first: Genotype, second: Genotype, rng: np.random.Generator) -> Genotype:
        for cut in rng.permutation(self.length).tolist():
            child = (*first[:cut], *second[cut:])
            if child not in (first, second) and self._member(child):
                return child
        child = first
        while child in (first, second):
            child = self.mutate(first, rng)
        return child

    @staticmethod
    def _member(genotype: Genotype) -> bool:
        in_range = all(choice in range(len(LEVELS)) for choice in genotype)
        return in_range and all(a != b for a, b in pairwise(genotype))
