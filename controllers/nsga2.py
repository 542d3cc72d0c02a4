"""NSGA-II, Deb et al. 2002 (10.1109/4235.996017): a front of reward against a cost."""

from typing import Any, Final

from controllers.controller import NO_METRICS, Metrics
from controllers.crowded_population import CrowdedPopulation, Evaluated
from controllers.errors import InvalidObservation, InvalidSetting
from controllers.finite_number import finite_number
from controllers.generator_state import (
    generator_from_json,
    generator_from_seed,
    generator_to_json,
)
from controllers.non_dominated import dominates
from controllers.observation import check_observation
from controllers.observed_fidelity import checked_fidelity, observed_fidelity
from controllers.option_checks import check_share, check_whole
from controllers.saved_state import (
    check_settings,
    foreign,
    rung_to_json,
    saved_count,
    saved_list,
)
from search_space import Architecture, BackboneScale, Genotype, SearchSpace, backbone_cost
from search_space.shown import shown

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
        check_whole("population_size", population_size)
        check_share("crossover_rate", crossover_rate)
        if not isinstance(minimize, str) or not minimize:
            raise InvalidSetting(f"minimize is {shown(minimize)}: name a metric, such as madds")
        self._space = space
        self._rng = generator_from_seed(seed)
        self._minimize = minimize
        self._crossover_rate = float(crossover_rate)
        self._proposed = 0
        self._population = CrowdedPopulation(population_size)
        self._front: list[Evaluated] = []
        self.parents: tuple[Genotype, ...] = ()

    def propose(self) -> Genotype:
        """Uniform at first or while nothing is known, then a child of tournament winners."""
        known = len(self._population.members)  # more than were proposed after a warm start
        begins = max(self._proposed, known) < self._population.size
        self._proposed += 1
        if begins or not known:
            self.parents = ()
            return self._space.sample(self._rng)
        first = self._population.winner(self._rng).genotype
        if self._rng.random() < self._crossover_rate:
            second = self._population.winner(self._rng).genotype
            if second != first:
                self.parents = first, second
                return self._space.crossover(first, second, self._rng)
        self.parents = (first,)
        return self._space.mutate(first, self._rng)

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        """Enters the population, unless `reward` is None.

        Nor does a candidate enter whose metric is missing while others had one: it has no place
        among them.

        Raises:
            InvalidObservation: as every controller, and for a metric to minimise that is no finite
                number, or that no observation so far has had and that cannot be counted.
        """
        genotype, reward, architecture = check_observation(self._space, genotype, reward)
        fidelity = observed_fidelity(metrics)
        if reward is None:
            self._population.leave(architecture.key)
            return
        cost = self._cost(architecture, metrics)
        if cost is not None:
            found = Evaluated(genotype, reward, cost, fidelity)
            self._population.enter(architecture.key, found)
            self._enter_front(found)

    @property
    def needs_metric(self) -> str:
        """What observations have to bring (see `Controller`)."""
        return self._minimize

    def front(self) -> list[Evaluated]:
        """What nothing that was trained as long dominates, of the longest, by ascending cost.

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
        members = self._saved("population", state, self._population.size)
        front = self._saved("front", state)
        proposed = saved_count(state, "proposed")
        self._rng = generator_from_json(state.get("rng"))
        self._proposed = proposed
        self._front = front
        keyed = {self._space.decode(found.genotype).key: found for found in members}
        self._population = CrowdedPopulation(self._population.size, keyed)

    def _cost(self, architecture: Architecture, metrics: Metrics) -> float | None:
        name = self._minimize
        if name not in metrics and name in COUNTED:
            return float(getattr(backbone_cost(architecture, BackboneScale(), IMAGE_SIZE), name))
        if name not in metrics and self._front:
            return None
        if name not in metrics:
            there = ", ".join(sorted(map(str, metrics))) or "none"
            raise InvalidObservation(
                f"no metric {shown(name)} to minimise in an observation, whose metrics are: "
                f"{there}; begin a new run with one of these as --controller.options.minimize, and "
                "--warm-start takes what this one found along"
            )
        try:
            return finite_number(metrics[name])
        except ValueError as fault:
            raise InvalidObservation(
                f"{name} of architecture {architecture.key}: {fault}, as a metric to minimise has "
                "to be: pass the reward None for a candidate that has none"
            ) from fault

    def _enter_front(self, found: Evaluated) -> None:
        longest = max((other.fidelity for other in self._front), default=0.0)
        if found.fidelity < longest:
            return
        if found.fidelity > longest:
            self._front = []
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

    def _saved(self, name: str, state: dict[str, Any], most: int | None = None) -> list[Evaluated]:
        entries, found = saved_list(state, name, most), []
        try:
            for genotype, number, cost, *rung in entries:
                member = check_observation(self._space, genotype, None).genotype
                numbers = finite_number(number), finite_number(cost)
                found.append(Evaluated(member, *numbers, *map(checked_fidelity, rung)))
        except (TypeError, ValueError) as fault:
            raise foreign(name, fault) from fault
        return found


def _to_json(found: Evaluated) -> list[Any]:
    rung = rung_to_json(found.fidelity)
    return [list(found.genotype), found.reward, found.cost, *rung]
