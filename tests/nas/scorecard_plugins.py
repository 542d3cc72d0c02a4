"""Controllers that a scorecard's workers import by name."""

from controllers import NO_METRICS, Metrics, RandomSearch
from search_space import Genotype


class Failing(RandomSearch):
    """Breaks at its third result."""

    told = 0

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        self.told += 1
        if self.told == 3:
            raise RuntimeError("the third is\none too many")
