"""Regularized (ageing) evolution, Real et al. 2019, arXiv 1802.01548, algorithm 1."""

from collections import deque
from collections.abc import Iterable
from typing import Any

from controllers.controller import NO_METRICS, Metrics
from controllers.errors import InvalidSetting, InvalidState
from controllers.generator_state import (
    generator_from_json,
    generator_from_seed,
    generator_to_json,
)
from controllers.observation import check_observation
from controllers.observed_fidelity import observed_fidelity
from controllers.option_checks import check_share, check_whole
from controllers.saved_state import (
    Known,
    Scored,
    check_settings,
    known_to_json,
    saved_count,
    saved_known,
    saved_scored,
    scored_to_json,
)
from search_space import Genotype, SearchSpace


class RegularizedEvolution:
    """Tournaments over the candidates observed last; the oldest leaves, not the worst.

    Asynchronous where the paper is not: a proposal waits for nobody, so the first
    `population_size` proposals are uniform (fewer, if results of other searches were observed
    before), age counts from the observation, and the population is smaller than
    `population_size` while results are out. Failed candidates never enter it.

    A result enters once: those that a study tells again when a known network is proposed would
    keep a lucky candidate young for ever. After `population_size` of them in a row the
    neighbourhood of the population is used up, and proposals are uniform until one is new.

    With rungs, a tournament is won by what was trained longest, and among those by reward; the
    population holds what `population_size` whole trainings cost, and tournaments grow with it.

    Args:
        population_size: P of the paper, which has 100 for 20,000 candidates.
        sample_size: S of the paper (25), drawn with replacement: 1 is a random walk, larger is
            greedier; at most `population_size`.
        crossover_rate: share of the children that are made of two winners and not mutated, 0 to
            1; the paper has none. Where both are one candidate, the child is its mutant.

    Raises:
        InvalidSetting: not whole numbers with 1 <= sample_size <= population_size, or a share
            outside its range.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int,
        population_size: int = 15,
        sample_size: int = 15,
        crossover_rate: float = 0.0,
    ) -> None:
        check_whole("population_size", population_size, least=0)
        check_whole("sample_size", sample_size, least=0)
        check_share("crossover_rate", crossover_rate)
        if not 1 <= sample_size <= population_size:
            raise InvalidSetting(
                f"sample_size {sample_size} with population_size {population_size}: choose "
                "1 <= sample_size <= population_size"
            )
        self._space = space
        self._rng = generator_from_seed(seed)
        self._population_size = population_size
        self._sample_size = sample_size
        self._crossover_rate = float(crossover_rate)
        self._proposed = 0
        self._repeats = 0  # known results in a row
        self._population: deque[Scored] = deque()
        self.parents: tuple[Genotype, ...] = ()
        self._known: dict[str, Known] = {}  # what was last known of each key

    def propose(self) -> Genotype:
        """Uniform at first or while nothing is known, then a child of tournament winners."""
        begins = max(self._proposed, len(self._population)) < self._population_size
        used_up = self._repeats >= self._population_size
        self._proposed += 1
        if begins or used_up or not self._population:
            self.parents = ()
            return self._space.sample(self._rng)
        return self._child()

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        """Enters the population as its youngest, unless `reward` is None or the result known.

        A longer training of a candidate takes its place, at its age; one that has left joins anew.
        """
        genotype, reward, architecture = check_observation(self._space, genotype, reward)
        found = reward, observed_fidelity(metrics)
        known = self._known.get(architecture.key)
        if known is not None and (known == found or known[1] > found[1]):
            self._repeats += 1
            return
        self._repeats = 0
        self._known[architecture.key] = found
        longer = known is not None and found[1] > known[1]
        places = [place for place, one in enumerate(self._population) if one.genotype == genotype]
        if reward is not None and longer and places:
            self._population[places[-1]] = Scored(genotype, reward, found[1])
        elif reward is not None:
            self._population.append(Scored(genotype, reward, found[1]))
        elif longer and places:
            del self._population[places[-1]]
        while trained(self._population) > self._population_size:
            self._population.popleft()

    def state_dict(self) -> dict[str, Any]:
        """Settings, counts, generator, results known, and the population from the oldest on."""
        return {
            **self._settings(),
            "proposed": self._proposed,
            "repeats": self._repeats,
            "population": scored_to_json(self._population),
            "known": known_to_json(self._known),
            "rng": generator_to_json(self._rng),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Raises InvalidState."""
        check_settings(state, self._settings())
        population = saved_scored(state, "population", self._space)
        if trained(population) > self._population_size:
            raise InvalidState(
                f"the state's population has {len(population)} entries, at most "
                f"{self._population_size} fit, or as much training of shorter ones"
            )
        proposed, repeats = saved_count(state, "proposed"), saved_count(state, "repeats")
        known = saved_known(state)
        self._rng = generator_from_json(state.get("rng"))
        self._proposed, self._repeats = proposed, repeats
        self._population = deque(population)
        self._known = known

    def _child(self) -> Genotype:
        first = self._winner()
        if self._crossover_rate > 0 and self._rng.random() < self._crossover_rate:
            second = self._winner()
            if second != first:
                self.parents = first, second
                return self._space.crossover(first, second, self._rng)
        self.parents = (first,)
        return self._space.mutate(first, self._rng)

    def _winner(self) -> Genotype:
        """The best of a sample drawn uniformly with replacement; of equals the first drawn."""
        members = len(self._population)
        size = self._sample_size * max(members, self._population_size) // self._population_size
        drawn = self._rng.integers(members, size=size)
        best = max(drawn.tolist(), key=lambda index: self._population[index].worth)
        return self._population[best].genotype

    def _settings(self) -> dict[str, Any]:
        return {
            "controller": type(self).__name__,
            "population_size": self._population_size,
            "sample_size": self._sample_size,
            "crossover_rate": self._crossover_rate,
        }


def trained(members: Iterable[Scored]) -> float:
    """In whole trainings; rounded, as shares are no binary fractions."""
    return round(sum(member.fidelity for member in members), 6)
