"""A climb of a local search, and the candidates that it waits for, as plain JSON values."""

from typing import Any

from controllers.climb import Climb
from controllers.errors import InvalidState
from controllers.saved_state import saved_count, saved_scored, scored_to_json
from search_space import Genotype, SearchSpace

_COUNTS = ("first", "point", "observed", "failures", "stalled")
_SCORED = ("current", "rival", "best")


def climb_to_json(climb: Climb) -> dict[str, Any]:
    """All but the patience, which is a setting. What a climb has not yet is an empty list."""
    scored = {name: getattr(climb, name) for name in _SCORED}
    return {
        **{name: getattr(climb, name) for name in _COUNTS},
        **{name: scored_to_json([one] if one else []) for name, one in scored.items()},
        "tabu": scored_to_json((genotype, 0.0) for genotype in climb.tabu),
    }


def climb_from_json(state: Any, patience: int, space: SearchSpace) -> Climb:  # noqa: ANN401
    """Inverse of `climb_to_json`. Raises InvalidState."""
    if not isinstance(state, dict):
        raise InvalidState(f"the state has climb={state!r}: it is a table of a climb's values")
    climb = Climb(patience)
    for name in _COUNTS:
        setattr(climb, name, saved_count(state, name))
    for name in _SCORED:
        found = saved_scored(state, name, space)
        setattr(climb, name, found[0] if found else None)
    climb.tabu = [genotype for genotype, _ in saved_scored(state, "tabu", space)]
    return climb


def points_from_json(entries: Any, space: SearchSpace) -> dict[Genotype, int]:  # noqa: ANN401
    """At which point each candidate that is still out was proposed. Raises InvalidState."""
    found = saved_scored({"asked_at": entries}, "asked_at", space)
    if any(not point.is_integer() or point < 0 for _, point in found):
        raise InvalidState(f"the state has asked_at={entries!r}: points are counts, from 0")
    return {genotype: int(point) for genotype, point in found}
