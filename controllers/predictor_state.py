"""What a predictor reads from a state: results, genotypes and the last fit."""

from collections.abc import Mapping
from typing import Any

from controllers.errors import InvalidState
from controllers.observation import check_observation
from controllers.surrogate import LENGTHS, NOISES, Members
from search_space import Genotype, SearchSpace

Result = tuple[Genotype, float | None]


def saved_journal(state: Mapping[str, Any], space: SearchSpace) -> list[Result]:
    """All results in order, None for a failure. Raises InvalidState."""
    try:
        return [_result(space, genotype, reward) for genotype, reward in state["journal"]]
    except (LookupError, TypeError, ValueError) as fault:
        raise _foreign("journal", fault) from fault


def saved_genotypes(state: Mapping[str, Any], name: str, space: SearchSpace) -> list[Genotype]:
    """Raises InvalidState."""
    try:
        return [_result(space, genotype, None)[0] for genotype in state[name]]
    except (LookupError, TypeError, ValueError) as fault:
        raise _foreign(name, fault) from fault


def saved_fit(state: Mapping[str, Any], results: int) -> tuple[int, int, Members | None]:
    """Results known at the last fit and at the last choice of members, and the members."""
    try:
        fitted, tuned, rows = state["fit"]
        members = tuple((float(length), float(noise), float(part)) for length, noise, part in rows)
        if [fitted, tuned, rows] == [0, 0, []]:
            return 0, 0, None
        known = all(length in LENGTHS and noise in NOISES for length, noise, _ in members)
        if known and members and 1 <= tuned <= fitted <= results:
            return int(fitted), int(tuned), members
    except (LookupError, TypeError, ValueError):
        pass
    raise InvalidState(
        f"the state has fit={state.get('fit')!r} for {results} results, which is none of this "
        "controller: replay the run's journal to a fresh one instead"
    )


def _result(space: SearchSpace, genotype: Any, reward: Any) -> Result:  # noqa: ANN401
    found = tuple(genotype), None if reward is None else float(reward)
    check_observation(space, *found)
    return found


def _foreign(name: str, fault: Exception) -> InvalidState:
    return InvalidState(
        f"the state's {name} is not one of this space ({fault}): make the controller with the "
        "space that it was written for"
    )
