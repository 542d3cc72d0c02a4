"""A climb of a local search, and the candidates that it waits for, as plain JSON values."""

from collections.abc import Mapping
from typing import Any

from controllers.climb import Climb
from controllers.errors import InvalidState
from controllers.observation import check_observation
from controllers.saved_state import (
    Scored,
    foreign,
    saved_count,
    saved_list,
    saved_scored,
    scored_to_json,
)
from search_space import Genotype, SearchSpace
from search_space.shown import shown

_COUNTS = ("first", "point", "observed", "failures", "stalled")
_SCORED = ("current", "rival", "best")


def climb_to_json(climb: Climb) -> dict[str, Any]:
    """All but the patience, which is a setting. What a climb has not yet is an empty list."""
    scored = {name: getattr(climb, name) for name in _SCORED}
    return {
        **{name: getattr(climb, name) for name in _COUNTS},
        **{name: scored_to_json([one] if one else []) for name, one in scored.items()},
        "tabu": scored_to_json(Scored(genotype, 0.0) for genotype in climb.tabu),
    }


def climb_from_json(state: Any, patience: int, space: SearchSpace) -> Climb:  # noqa: ANN401
    """Inverse of `climb_to_json`. Raises InvalidState."""
    if not isinstance(state, dict):
        raise InvalidState(f"the state has climb={shown(state)}: it is a table of a climb's values")
    climb = Climb(patience)
    for name in _COUNTS:
        setattr(climb, name, saved_count(state, name))
    for name in _SCORED:
        found = saved_scored(state, name, space, most=1)
        setattr(climb, name, found[0] if found else None)
    climb.tabu = [one.genotype for one in saved_scored(state, "tabu", space)]
    return climb


def points_from_json(
    state: Mapping[str, Any], name: str, space: SearchSpace
) -> dict[Genotype, int]:
    """At which point each candidate of the list `name` was proposed. Raises InvalidState."""
    found = {}
    for entry in saved_list(state, name):
        try:
            genotype, point = entry
            member = check_observation(space, genotype, None).genotype
        except (TypeError, ValueError) as fault:
            raise foreign(name, fault) from fault
        found[member] = saved_count({name: point}, name)
    return found
