"""NSGA-II, Deb et al. 2002 (10.1109/4235.996017): a front of reward against a cost."""

import math
from typing import Any, Final

from controllers.controller import NO_METRICS, Metrics
from controllers.crowded_population import CrowdedPopulation, Evaluated
from controllers.errors import InvalidObservation, InvalidSetting, InvalidState
from controllers.generator_state import (
    generator_from_json,
    generator_from_seed,
    generator_to_json,
)
from controllers.non_dominated import dominates
from controllers.observation import check_observation
from controllers.saved_state import check_settings, saved_count
from search_space import Architecture, BackboneScale, Genotype, SearchSpace, backbone_cost

LARGEST_POPULATION: Final = 10**6
COUNTED: Final = ("madds", "params")  # known of any network without measuring it
IMAGE_SIZE: Final = 640  # pixels, where they are counted here


class NSGA2:
    """Maximises the reward and minimises one metric: what it finds is a front, not one best.

    Steady-state where the paper has generations (Durillo et al. 2009,
    10.1007/978-3-642-01020-0_18), so that a proposal waits for nobody: each observation enters the
    population, and the most crowded of the last rank of a full one leaves. The first
    `population_size` proposals are uniform. Failed candidates never enter.

    Args:
        population_size: smaller is greedier, larger covers the front more evenly; the paper has
            100 for 25,000 candidates.
        minimize: a metric that observations bring, such as madds, params or latency_ms. Where
            `madds` or `params` are missing, those of the backbone are counted, at its default
            scale and 640 pixels: bring them always or never.
        crossover_rate: share of children of two parents, 0..1; the others are mutants of one.

    Raises:
        InvalidSetting: an argument outside its range.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int,
        population_size: int = 30,
        minimize: str = "madds",
        crossover_rate: float = 0.5,
    ) -> None:
        if type(population_size) is not int or not 1 <= population_size <= LARGEST_POPULATION:
            raise InvalidSetting(
                f"population_size is {population_size!r}: give a whole number from 1 to "
                f"{LARGEST_POPULATION}"
            )
        if not isinstance(minimize, str) or not minimize:
            raise InvalidSetting(f"minimize is {minimize!r}: name a metric, such as madds")
        if type(crossover_rate) not in (int, float) or not 0 <= crossover_rate <= 1:
            raise InvalidSetting(f"crossover_rate is {crossover_rate!r}: give a number from 0 to 1")
        self._space = space
        self._rng = generator_from_seed(seed)
        self._minimize = minimize
        self._crossover_rate = float(crossover_rate)
        self._proposed = 0
        self._population = CrowdedPopulation(population_size)
        self._front: list[Evaluated] = []

    def propose(self) -> Genotype:
        """Uniform at first or while nothing is known, then a child of tournament winners."""
        known = len(self._population.members)  # more than were proposed after a warm start
        begins = max(self._proposed, known) < self._population.size
        self._proposed += 1
        if begins or not known:
            return self._space.sample(self._rng)
        first = self._population.winner(self._rng).genotype
        if self._rng.random() < self._crossover_rate:
            second = self._population.winner(self._rng).genotype
            if second != first:
                return self._space.crossover(first, second, self._rng)
        return self._space.mutate(first, self._rng)

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        """Enters the population, unless `reward` is None.

        Raises:
            InvalidObservation: as every controller, and for a metric to minimise that is no finite
                number, or that is missing and cannot be counted.
        """
        architecture = check_observation(self._space, genotype, reward)
        if reward is None:
            return
        cost = self._cost(architecture, metrics)
        found = Evaluated(tuple(map(int, genotype)), float(reward), cost)
        self._population.enter(architecture.key, found)
        self._enter_front(found)

    def front(self) -> list[Evaluated]:
        """What nothing that was observed dominates, by ascending cost.

        Of candidates with one reward and one cost, the first observed. The population may be
        smaller than the front, so it is kept apart.
        """
        return list(self._front)

    def state_dict(self) -> dict[str, Any]:
        """Settings, count of proposals, generator, population by age, front by cost."""
        return {
            **self._settings(),
            "proposed": self._proposed,
            "population": [_to_json(found) for found in self._population.members.values()],
            "front": [_to_json(found) for found in self._front],
            "rng": generator_to_json(self._rng),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Raises InvalidState."""
        check_settings(state, self._settings())
        members = self._checked("population", state)
        front = self._checked("front", state)
        proposed = saved_count(state, "proposed")
        self._rng = generator_from_json(state.get("rng"))
        self._proposed = proposed
        self._front = front
        keyed = {self._space.decode(found.genotype).key: found for found in members}
        self._population = CrowdedPopulation(self._population.size, keyed)

    def _cost(self, architecture: Architecture, metrics: Metrics) -> float:
        name = self._minimize
        if name not in metrics and name in COUNTED:
            return float(getattr(backbone_cost(architecture, BackboneScale(), IMAGE_SIZE), name))
        if name not in metrics:
            there = ", ".join(sorted(metrics)) or "none"
            raise InvalidObservation(
                f"no metric {name!r} to minimise in an observation, whose metrics are: {there}"
            )
        cost = float(metrics[name])
        if not math.isfinite(cost):
            raise InvalidObservation(
                f"{name} {cost} of architecture {architecture.key}: a metric to minimise is a "
                "finite number, so pass the reward None for a candidate that has none"
            )
        return cost

    def _enter_front(self, found: Evaluated) -> None:
        for other in self._front:
            if other.point == found.point or dominates(other.point, found.point):
                return
        kept = [other for other in self._front if not dominates(found.point, other.point)]
        self._front = sorted([*kept, found], key=lambda other: other.cost)

    def _settings(self) -> dict[str, Any]:
        return {
            "controller": type(self).__name__,
            "population_size": self._population.size,
            "minimize": self._minimize,
            "crossover_rate": self._crossover_rate,
        }

    def _checked(self, name: str, state: dict[str, Any]) -> list[Evaluated]:
        entries: Any = state.get(name)
        try:
            found = [Evaluated(tuple(g), float(r), float(c)) for g, r, c in entries]
            for genotype, reward, cost in found:
                check_observation(self._space, genotype, reward)
                if not math.isfinite(cost):
                    raise InvalidState(f"a cost of {cost}")
        except (TypeError, ValueError) as fault:
            raise InvalidState(
                f"the state's {name} is not one of this space ({fault}): make the controller "
                "with the space that it was written for"
            ) from fault
        return found


def _to_json(found: Evaluated) -> list[Any]:
    return [list(found.genotype), found.reward, found.cost]
