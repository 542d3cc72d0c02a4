"""Repairs what an algorithm asks for that knows nothing of a space's masks."""

from collections.abc import Sequence

import numpy as np

from search_space import Genotype, InvalidGenotype, SearchSpace


def nearest_member(space: SearchSpace, wanted: Sequence[int]) -> Genotype:
    """A member that keeps from the left every choice that is legal, and else takes the nearest.

    `wanted` holds a choice index for each decision; of two that are as near, the lower is taken.
    A member comes back as it is. In a space with limits on cost, which no mask shows, the result
    may be above them: ask `is_member`.
    """
    genotype: Genotype = ()
    for choice in wanted:
        legal = np.flatnonzero(space.legal(genotype))
        genotype += (int(legal[np.argmin(np.abs(legal - choice))]),)
    return genotype


def is_member(space: SearchSpace, genotype: Genotype) -> bool:
    """Whether it decodes."""
    try:
        space.decode(genotype)
    except InvalidGenotype:
        return False
    return True
