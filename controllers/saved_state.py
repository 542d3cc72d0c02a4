"""What a controller reads from a state: who wrote it, counts, genotypes and results."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from controllers.errors import InvalidState
from controllers.finite_number import finite_number
from controllers.observation import check_observation
from controllers.observed_fidelity import FULL, checked_fidelity
from search_space import Genotype, SearchSpace
from search_space.shown import shown

LARGEST_COUNT: Final = 2**53  # up to here JSON's numbers are whole in any language


Known = tuple[float | None, float]  # the reward, None for a failure, and its fidelity


class Result(NamedTuple):
    """What was observed; the reward is None for a failure."""

    genotype: Genotype
    reward: float | None
    fidelity: float = FULL  # share of the full training


class Scored(NamedTuple):
    """A candidate with a reward."""

    genotype: Genotype
    reward: float
    fidelity: float = FULL

    @property
    def worth(self) -> tuple[float, float]:
        """Larger is better: what reached a higher rung was among the best of the lower one."""
        return self.fidelity, self.reward


def check_settings(state: object, settings: Mapping[str, Any]) -> None:
    """Raises InvalidState unless `state` is a table that was written with these settings."""
    if not isinstance(state, dict):
        raise InvalidState(f"{shown(state)} is no state: give what state_dict returned")
    for name, ours in settings.items():
        if state.get(name) != ours:
            raise InvalidState(
                f"the state has {name}={shown(state.get(name))}, this controller {ours!r}: make "
                "the controller with the settings that wrote it"
            )


def saved_count(state: Mapping[str, Any], name: str) -> int:
    """A whole number from 0 on. Raises InvalidState."""
    count = state.get(name)
    if type(count) is not int or not 0 <= count <= LARGEST_COUNT:
        raise InvalidState(f"the state has {name}={shown(count)}: it is a count, from 0")
    return count


def saved_list(state: Mapping[str, Any], name: str, most: int | None = None) -> list[Any]:
    """A list of at most `most` entries. Raises InvalidState."""
    found = state.get(name)
    if not isinstance(found, list | tuple):
        raise InvalidState(f"the state has {name}={shown(found)}: it is a list")
    if most is not None and len(found) > most:
        raise InvalidState(f"the state's {name} has {len(found)} entries, at most {most} fit")
    return list(found)


def saved_results(
    state: Mapping[str, Any], name: str, space: SearchSpace, most: int | None = None
) -> list[Result]:
    """Members of `space` with their rewards, None for a failure. Raises InvalidState."""
    entries = saved_list(state, name, most)
    try:
        return [_result(space, *entry) for entry in entries]
    except (TypeError, ValueError) as fault:
        raise foreign(name, fault) from fault


def saved_scored(
    state: Mapping[str, Any], name: str, space: SearchSpace, most: int | None = None
) -> list[Scored]:
    """Members of `space` with their rewards. Raises InvalidState."""
    scored = []
    for genotype, reward, fidelity in saved_results(state, name, space, most):
        if reward is None:
            raise InvalidState(f"the state's {name} has a member without a reward")
        scored.append(Scored(genotype, reward, fidelity))
    return scored


def saved_genotypes(
    state: Mapping[str, Any], name: str, space: SearchSpace, most: int | None = None
) -> list[Genotype]:
    """Members of `space`. Raises InvalidState."""
    entries = saved_list(state, name, most)
    try:
        return [check_observation(space, genotype, None).genotype for genotype in entries]
    except ValueError as fault:
        raise foreign(name, fault) from fault


def scored_to_json(scored: Iterable[Result | Scored]) -> list[Any]:
    """Inverse of `saved_results` and `saved_scored`: [genotype, reward], and a rung's share."""
    return [[list(one.genotype), one.reward, *rung_to_json(one.fidelity)] for one in scored]


def rung_to_json(fidelity: float) -> list[float]:
    """Nothing for a whole training: what was written before there were rungs says the same."""
    return [] if fidelity == FULL else [fidelity]


def foreign(name: str, fault: Exception) -> InvalidState:
    """What is raised where an entry of the state's list `name` is `fault`y."""
    return InvalidState(
        f"the state's {name} is not one of this space ({fault}): make the controller with the "
        "space that it was written for"
    )


def known_to_json(known: Mapping[str, Known]) -> list[Any]:
    """Inverse of `saved_known`."""
    return [[key, reward, *rung_to_json(share)] for key, (reward, share) in known.items()]


def saved_known(state: Mapping[str, Any]) -> dict[str, Known]:
    """What was last known of each architecture's key. Raises InvalidState."""
    known: dict[str, Known] = {}
    try:
        for key, reward, *rung in saved_list(state, "known"):
            if not re.fullmatch("[0-9a-f]{32}", key):
                raise InvalidState(f"{shown(key)} is no key")
            known[key] = None if reward is None else finite_number(reward), _fidelity(*rung)
        return known
    except (TypeError, ValueError) as fault:
        raise InvalidState(
            f"the state's known results are no pairs of a key and a reward ({fault}): replay the "
            "run's journal to a fresh controller instead"
        ) from fault


def _result(
    space: SearchSpace, genotype: object, reward: object, fidelity: object = FULL
) -> Result:
    member, number, _ = check_observation(space, genotype, reward)
    return Result(member, number, checked_fidelity(fidelity))


def _fidelity(fidelity: object = FULL) -> float:
    return checked_fidelity(fidelity)
