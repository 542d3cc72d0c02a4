"""Regularized (ageing) evolution, Real et al. 2019, arXiv 1802.01548, algorithm 1."""

from collections import deque
from typing import Any

from controllers.controller import NO_METRICS, Metrics
from controllers.errors import InvalidSetting, InvalidState
from controllers.generator_state import (
    generator_from_json,
    generator_from_seed,
    generator_to_json,
)
from controllers.observation import check_observation
from search_space import Genotype, SearchSpace

LARGEST_POPULATION = 10**6


class RegularizedEvolution:
    """Tournaments over the candidates observed last; the oldest leaves, not the worst.

    Asynchronous where the paper is not: a proposal waits for nobody, so the first
    `population_size` proposals are uniform, age counts from the observation, and the population
    is smaller than `population_size` while results are out. Failed candidates never enter it.

    Args:
        population_size: P of the paper, which has 100 for 20,000 candidates.
        sample_size: S of the paper (25), drawn with replacement: 1 is a random walk, larger is
            greedier; at most `population_size`.

    Raises:
        InvalidSetting: not whole numbers with 1 <= sample_size <= population_size.
    """

    def __init__(
        self, space: SearchSpace, seed: int, population_size: int = 50, sample_size: int = 10
    ) -> None:
        for name, value in (("population_size", population_size), ("sample_size", sample_size)):
            if type(value) is not int or value > LARGEST_POPULATION:
                raise InvalidSetting(
                    f"{name} is {value!r}: give a whole number up to {LARGEST_POPULATION}"
                )
        if not 1 <= sample_size <= population_size:
            raise InvalidSetting(
                f"sample_size {sample_size} with population_size {population_size}: choose "
                "1 <= sample_size <= population_size"
            )
        self._space = space
        self._rng = generator_from_seed(seed)
        self._population_size = population_size
        self._sample_size = sample_size
        self._proposed = 0
        self._population: deque[tuple[Genotype, float]] = deque(maxlen=population_size)

    def propose(self) -> Genotype:
        """Uniform at first or while nothing is known, then a mutated tournament winner."""
        if self._proposed < self._population_size or not self._population:
            genotype = self._space.sample(self._rng)
        else:
            genotype = self._space.mutate(self._winner(), self._rng)
        self._proposed += 1
        return genotype

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        """Enters the population as its youngest, unless `reward` is None."""
        check_observation(self._space, genotype, reward)
        if reward is not None:
            self._population.append((tuple(map(int, genotype)), float(reward)))

    def state_dict(self) -> dict[str, Any]:
        """Settings, count of proposals, generator, and the population from the oldest on."""
        return {
            **self._settings(),
            "proposed": self._proposed,
            "population": [[list(genotype), reward] for genotype, reward in self._population],
            "rng": generator_to_json(self._rng),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Raises InvalidState."""
        for name, ours in self._settings().items():
            if state.get(name) != ours:
                raise InvalidState(
                    f"the state has {name}={state.get(name)!r}, this controller {ours!r}: make the "
                    "controller with the settings that wrote it"
                )
        population = self._checked_population(state.get("population"))
        proposed = state.get("proposed")
        if not isinstance(proposed, int) or proposed < 0:
            raise InvalidState(f"the state has proposed={proposed!r}: it counts proposals, from 0")
        self._rng = generator_from_json(state.get("rng"))
        self._proposed = proposed
        self._population = deque(population, maxlen=self._population_size)

    def _winner(self) -> Genotype:
        """The best of a sample drawn uniformly with replacement; of equals the first drawn."""
        drawn = self._rng.integers(len(self._population), size=self._sample_size)
        best = max(drawn.tolist(), key=lambda index: self._population[index][1])
        return self._population[best][0]

    def _settings(self) -> dict[str, Any]:
        return {
            "controller": type(self).__name__,
            "population_size": self._population_size,
            "sample_size": self._sample_size,
        }

    def _checked_population(self, entries: Any) -> list[tuple[Genotype, float]]:  # noqa: ANN401
        try:
            population = [(tuple(genotype), float(reward)) for genotype, reward in entries]
            for genotype, reward in population:
                check_observation(self._space, genotype, reward)
        except (TypeError, ValueError) as fault:
            raise InvalidState(
                f"the state's population is not one of this space ({fault}): make the controller "
                "with the space that it was written for"
            ) from fault
        return population
