"""What a controller reads from a state: who wrote it, counts, and scored genotypes."""

from collections.abc import Iterable, Mapping
from typing import Any

from controllers.errors import InvalidState
from controllers.observation import check_observation
from search_space import Genotype, SearchSpace

Scored = tuple[Genotype, float]  # a genotype and its reward


def check_settings(state: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Raises InvalidState unless the state was written with these settings."""
    for name, ours in settings.items():
        if state.get(name) != ours:
            raise InvalidState(
                f"the state has {name}={state.get(name)!r}, this controller {ours!r}: make the "
                "controller with the settings that wrote it"
            )


def saved_count(state: Mapping[str, Any], name: str) -> int:
    """A whole number from 0 on. Raises InvalidState."""
    count = state.get(name)
    if type(count) is not int or count < 0:
        raise InvalidState(f"the state has {name}={count!r}: it is a count, from 0")
    return count


def saved_scored(state: Mapping[str, Any], name: str, space: SearchSpace) -> list[Scored]:
    """Members of `space` with their rewards. Raises InvalidState."""
    try:
        found = [(tuple(genotype), float(reward)) for genotype, reward in state[name]]
        for genotype, reward in found:
            check_observation(space, genotype, reward)
    except (LookupError, TypeError, ValueError) as fault:
        raise InvalidState(
            f"the state's {name} is not one of this space ({fault}): make the controller "
            "with the space that it was written for"
        ) from fault
    return found


def scored_to_json(scored: Iterable[Scored]) -> list[Any]:
    """Inverse of `saved_scored`."""
    return [[list(genotype), reward] for genotype, reward in scored]
