"""A controller of one's own: mutate one of the best k.

    nas search smoke --controller my_controller:BestOfK --controller.options.k 5

The folder that the command is typed in is searched for modules.
"""

from typing import Any

from controllers import NO_METRICS, Metrics
from controllers.generator_state import (
    generator_from_json,
    generator_from_seed,
    generator_to_json,
)
from controllers.observation import check_observation
from controllers.observed_fidelity import observed_fidelity
from controllers.saved_state import Scored, check_settings, saved_scored, scored_to_json
from search_space import Genotype, SearchSpace


class BestOfK:
    """A neighbour of one of the `k` best so far, drawn uniformly; uniform until there are so many.

    Args:
        k: 1 is a hill climber that never leaves its hill.
    """

    def __init__(self, space: SearchSpace, seed: int, k: int = 10) -> None:
        self.space, self.k = space, k
        self.rng = generator_from_seed(seed)  # the only randomness: same seed, same search
        self.best: list[Scored] = []  # genotypes with their rewards and fidelities

    def propose(self) -> Genotype:
        """Never waits: there may be as many proposals without a reward as there are workers."""
        if len(self.best) < self.k:
            return self.space.sample(self.rng)
        parent = self.best[self.rng.integers(self.k)]
        return self.space.mutate(parent.genotype, self.rng)

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        """Keeps the best, those trained longest first; `None` is a failed candidate."""
        genotype, reward, _ = check_observation(self.space, genotype, reward)
        fidelity = observed_fidelity(metrics)  # 1 but for a training that was cut short
        if reward is not None:
            known = [*self.best, Scored(genotype, reward, fidelity)]
            self.best = sorted(known, key=lambda scored: scored.worth, reverse=True)[: self.k]

    def state_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        rng = generator_to_json(self.rng)
        return {**self._settings(), "rng": rng, "best": scored_to_json(self.best)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Refuses what is not its own, and changes nothing before all of it is checked."""
        check_settings(state, self._settings())
        best = saved_scored(state, "best", self.space, most=self.k)
        self.rng, self.best = generator_from_json(state.get("rng")), best

    def _settings(self) -> dict[str, Any]:
        return {"controller": "BestOfK", "k": self.k}
