"""Children of what is known to be good and of what is thought to be."""

from collections.abc import Sequence

import numpy as np

from controllers.architecture_features import ArchitectureFeatures
from search_space import Genotype, SearchSpace

Candidates = dict[int, tuple[Genotype, ArchitectureFeatures]]  # by identity, in order

_OF_WAITING = 0.4  # share of the children whose parent is not evaluated yet
_BEST_WAITING = 16  # so many of those are parents
_SECOND_MOVE = 0.3  # share of the incumbents' mutants that get another move


def breed(
    space: SearchSpace,
    elite: Sequence[Genotype],
    waiting: Sequence[Genotype],
    crossover_rate: float,
    rng: np.random.Generator,
) -> tuple[Genotype, tuple[Genotype, ...]]:
    """A mutant or a crossing, and its parents.

    `elite` and `waiting`: the best first, who are parents more often.
    """
    kind = rng.random()
    if kind < crossover_rate:
        first, second = _skewed(elite, rng), _skewed(elite, rng)
        if first != second:
            return space.crossover(first, second, rng), (first, second)
    elif kind < crossover_rate + _OF_WAITING and waiting:
        parent = _skewed(waiting[:_BEST_WAITING], rng)
        return space.mutate(parent, rng), (parent,)
    parent = _skewed(elite, rng)
    child = space.mutate(parent, rng)
    return space.mutate(child, rng) if rng.random() < _SECOND_MOVE else child, (parent,)


def _skewed(parents: Sequence[Genotype], rng: np.random.Generator) -> Genotype:
    """The square of a uniform number as place: the first of 8 is drawn 35 % of the time."""
    return parents[int(len(parents) * rng.random() ** 2)]
