"""How much of a training a reward is of, and how rewards of unequal trainings compare."""

from collections.abc import Mapping

from controllers.controller import FIDELITY
from controllers.errors import InvalidObservation
from controllers.finite_number import finite_number
from search_space.shown import shown

FULL = 1.0  # a whole training


def observed_fidelity(metrics: object) -> float:
    """The share of the full training that `metrics` name, in (0, 1]; 1 where they name none.

    Raises:
        InvalidObservation: they name something else.
    """
    if not isinstance(metrics, Mapping):
        raise InvalidObservation(f"metrics {shown(metrics)}: give numbers by name")
    try:
        return checked_fidelity(metrics.get(FIDELITY, FULL))
    except ValueError as fault:
        raise InvalidObservation(f"metric {FIDELITY}: {fault}") from fault


def checked_fidelity(value: object) -> float:
    """A number in (0, 1]. Raises ValueError."""
    share = finite_number(value)
    if not 0 < share <= FULL:
        raise ValueError(f"{shown(value)} is no share of a training, in (0, 1]")
    return share
