"""Controllers that a scorecard's workers import by name."""

import numpy as np

from controllers import NO_METRICS, Metrics, RandomSearch
from nas.scorecard_jobs import CONTROLLER_STREAM
from search_space import Genotype, SearchSpace


class Failing(RandomSearch):
    """Breaks at its third result."""

    told = 0

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        self.told += 1
        if self.told == 3:
            raise RuntimeError("the third is\none too many")


class Leaving(RandomSearch):
    """Takes itself for a program."""

    def propose(self) -> Genotype:
        raise SystemExit(0)


class Interrupting(RandomSearch):
    """Looks like the user's Ctrl-C."""

    def propose(self) -> Genotype:
        raise KeyboardInterrupt


class Unmade(RandomSearch):
    """Cannot be made."""

    def __init__(self, space: SearchSpace, seed: int) -> None:
        raise SystemExit(3)


class Fickle(RandomSearch):
    """Works until the seed that it is given for landscape 1."""

    def __init__(self, space: SearchSpace, seed: int) -> None:
        super().__init__(space, seed)
        self.seed = seed

    def propose(self) -> Genotype:
        if self.seed == np.random.SeedSequence([1, CONTROLLER_STREAM]).generate_state(1)[0]:
            raise ValueError("not this one")
        return super().propose()
