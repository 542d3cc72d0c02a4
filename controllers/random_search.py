"""Uniform random search: the baseline every other controller has to beat."""

from typing import Any

from controllers.controller import NO_METRICS, Metrics
from controllers.generator_state import (
    generator_from_json,
    generator_from_seed,
    generator_to_json,
)
from controllers.observation import check_observation
from controllers.observed_fidelity import observed_fidelity
from controllers.saved_state import check_settings
from search_space import Genotype, SearchSpace


class RandomSearch:
    """Every proposal is uniform over the members of `space`, whatever was observed."""

    def __init__(self, space: SearchSpace, seed: int) -> None:
        self._space = space
        self._rng = generator_from_seed(seed)

    def propose(self) -> Genotype:
        """A uniform member."""
        return self._space.sample(self._rng)

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        """Checked, then forgotten."""
        check_observation(self._space, genotype, reward)
        observed_fidelity(metrics)

    def state_dict(self) -> dict[str, Any]:
        """The generator alone."""
        return {"controller": type(self).__name__, "rng": generator_to_json(self._rng)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Raises InvalidState."""
        check_settings(state, {"controller": type(self).__name__})
        self._rng = generator_from_json(state.get("rng"))
