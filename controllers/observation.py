"""The door through which results come in."""

import math

from controllers.errors import InvalidObservation
from search_space import Architecture, Genotype, InvalidGenotype, SearchSpace


def check_observation(space: SearchSpace, genotype: Genotype, reward: float | None) -> Architecture:
    """What was observed.

    Raises:
        InvalidObservation: a reward that is no finite number, or a foreign genotype.
    """
    if reward is not None and not math.isfinite(reward):
        raise InvalidObservation(
            f"reward {reward} for genotype {genotype}: a reward is a finite number, so pass None "
            "for a failed or infeasible candidate"
        )
    try:
        return space.decode(genotype)
    except InvalidGenotype as fault:
        raise InvalidObservation(
            f"genotype {genotype} is no member of this controller's space ({fault}): encode its "
            "architecture in this space first"
        ) from fault
