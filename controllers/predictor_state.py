"""What a predictor reads of its last fit from a state."""

from collections.abc import Mapping
from typing import Any

from controllers.errors import InvalidState
from controllers.finite_number import finite_number
from controllers.surrogate import LENGTHS, NOISES, Members
from search_space.shown import shown


def saved_fit(state: Mapping[str, Any], results: int) -> tuple[int, int, Members | None]:
    """Results known at the last fit and at the last choice of members, and the members.

    Raises InvalidState.
    """
    try:
        fitted, tuned, rows = state["fit"]
        counts = type(fitted) is type(tuned) is int and isinstance(rows, list | tuple)
        if counts and (fitted, tuned, len(rows)) == (0, 0, 0):
            return 0, 0, None
        members = tuple(_member(*row) for row in rows)
        if counts and members and 1 <= tuned <= fitted <= results:
            return fitted, tuned, members
    except (LookupError, TypeError, ValueError):
        pass
    raise InvalidState(
        f"the state has fit={shown(state.get('fit'))} for {results} results, which is none of this "
        "controller: replay the run's journal to a fresh one instead"
    )


def _member(length: object, noise: object, weight: object) -> tuple[float, float, float]:
    found = finite_number(length), finite_number(noise), finite_number(weight)
    if found[0] not in LENGTHS or found[1] not in NOISES or not 0 < found[2] <= 1:
        raise ValueError(f"no member of the ensemble: {found}")
    return found
