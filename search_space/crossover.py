"""A child of two scale-permuted architectures.

arXiv 1912.05027 has no crossover; this one keeps runs of blocks together because a block's
parents lie within a short window before it (section 3).
"""

import numpy as np

from search_space.block_space import BlockSpace
from search_space.errors import InvalidGenotype
from search_space.fingerprint import fingerprint
from search_space.space import Genotype

MAX_DRAWS = 20  # of children, and then of mutants


def crossover(
    space: BlockSpace, first: Genotype, second: Genotype, rng: np.random.Generator
) -> Genotype:
    """A member with the key of neither parent, made by two cuts in the order of building.

    Blocks between the cuts come from the second parent, the others from the first: level, type
    and the indices of the parents. A level that the budget or an output before it rules out is
    replaced by the other parent's, or else by any that is open. Parents that differ too little to
    have such a child give a mutant of the first. Raises InvalidGenotype for no member, and where
    no third network turns up.
    """
    parents = [space.decode(genotype) for genotype in (first, second)]
    prints = [fingerprint(parent) for parent in parents]
    for draw in range(2 * MAX_DRAWS):
        crossed = draw < MAX_DRAWS
        genotype = _cross(space, first, second, rng) if crossed else space.mutate(first, rng)
        if genotype in (first, second):
            continue
        child = space.decode(genotype)
        found = fingerprint(child)
        rows = zip(parents, prints, strict=True)
        if all(found != other or child.key != parent.key for parent, other in rows):
            return genotype
    raise InvalidGenotype(
        f"architectures {parents[0].key} and {parents[1].key} have no child in {2 * MAX_DRAWS} "
        "draws: the space is too small to cross in, enumerate it instead"
    )


def _cross(
    space: BlockSpace, first: Genotype, second: Genotype, rng: np.random.Generator
) -> Genotype:
    total = len(space.orders.levels)
    start, stop = sorted(rng.integers(total + 1, size=2).tolist())
    levels: list[int] = []
    rest: list[int] = []
    for position in range(total):
        inside = start <= position < stop
        giver, other = (second, first) if inside else (first, second)
        levels.append(_open_level(space, levels, giver[position], other[position], rng))
        rest += giver[total + 3 * position : total + 3 * position + 3]
    return (*levels, *rest)


def _open_level(
    space: BlockSpace, before: list[int], wanted: int, second_best: int, rng: np.random.Generator
) -> int:
    """The wanted level's choice where it is open, or else the next best."""
    open_choices = space.orders.open_after(before)
    for choice in (wanted, second_best):
        if open_choices[choice]:
            return choice
    others = [choice for choice, is_open in enumerate(open_choices) if is_open]
    return others[int(rng.integers(len(others)))]
