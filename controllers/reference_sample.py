"""Members that show how a space's networks differ."""

import numpy as np

from search_space import Genotype, SearchSpace
from search_space.limited_space import LimitedSpace

_SIZE = 128
_STARTS = 8


def reference_sample(space: SearchSpace, rng: np.random.Generator) -> list[Genotype]:
    """128 uniform members; under a tight limit, where each takes a second, mutants of a few."""
    if not isinstance(space, LimitedSpace):
        return [space.sample(rng) for _ in range(_SIZE)]
    found: list[Genotype] = []
    for _ in range(_STARTS):
        found.append(space.sample(rng))
        for _ in range(_SIZE // _STARTS - 1):
            found.append(space.mutate(found[-1], rng))
    return found
