"""The door through which results come in."""

from collections.abc import Sequence
from operator import index
from typing import NamedTuple

import numpy as np

from controllers.errors import InvalidObservation
from controllers.finite_number import finite_number
from search_space import Architecture, Genotype, InvalidGenotype, SearchSpace
from search_space.shown import shown


class Observation(NamedTuple):
    """A result in Python's own numbers."""

    genotype: Genotype
    reward: float | None
    architecture: Architecture


def check_observation(space: SearchSpace, genotype: object, reward: object) -> Observation:
    """What was observed, of a sequence of whole numbers and a number or None; numpy's will do.

    Raises:
        InvalidObservation: a reward that is no finite number, or a foreign genotype.
    """
    try:
        number = None if reward is None else finite_number(reward)
    except ValueError as fault:
        raise InvalidObservation(
            f"reward {shown(reward)} for genotype {shown(genotype)}: a reward is a finite number, "
            "so pass None for a failed or infeasible candidate"
        ) from fault
    try:
        plain = _plain(genotype)
        return Observation(plain, number, space.decode(plain))
    except (TypeError, InvalidGenotype) as fault:
        raise InvalidObservation(
            f"genotype {shown(genotype)} is no member of this controller's space ({fault}): encode "
            "its architecture in this space first"
        ) from fault


def _plain(genotype: object) -> Genotype:
    if not isinstance(genotype, Sequence | np.ndarray):
        raise TypeError("it is no sequence")
    if any(isinstance(choice, bool) for choice in genotype):
        raise TypeError("a bool is no choice")
    return tuple(map(index, genotype))
