"""One controller on one landscape with rungs: the loop of nas/study.py, without a store."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from controllers import FIDELITY, Controller, Metrics
from nas.errors import UsageError
from nas.rungs import Promotions
from nas.scorecard_baseline import size_metrics
from nas.scorecard_landscape import RewardLandscape
from nas.study import MOST_DUPLICATES
from search_space import Architecture, Genotype, InvalidGenotype, SearchSpace

POINTS: Final = 400  # of a curve, even in the training spent


def value_curve(
    controller: Controller,
    landscape: RewardLandscape,
    space: SearchSpace,
    shares: Sequence[float],
    reduction: int,
    budget: int,
    seed: int,
) -> NDArray[np.float64]:
    """The incumbent's noiseless value after each 400th of `budget` whole trainings: `[400]`.

    The incumbent is what a leaderboard has first: the best reward of the highest rung so far. A
    rung costs what it trains beyond the one below. Before the first result stands the lowest value
    of the curve. Raises UsageError for a proposal that is no member of the space.
    """
    loop = _Loop(controller, landscape, space, shares, reduction, seed)
    while loop.spent < budget and loop.step():
        pass
    grid = np.linspace(budget / POINTS, budget, POINTS)
    places = np.searchsorted(loop.costs, grid, side="right") - 1
    values = np.array(loop.values)[np.maximum(places, 0)]
    return np.where(places < 0, values.min(), values)


class _Loop:
    def __init__(
        self,
        controller: Controller,
        landscape: RewardLandscape,
        space: SearchSpace,
        shares: Sequence[float],
        reduction: int,
        seed: int,
    ) -> None:
        self._controller, self._landscape, self._space = controller, landscape, space
        self._shares, self._seed = shares, seed
        self._promotions = Promotions(len(shares), reduction)
        self._trials: list[tuple[Genotype, Architecture]] = []
        self._known: dict[str, tuple[float, Metrics]] = {}
        self._best = (-1, -math.inf)  # rung and reward
        self._value = math.nan
        self.spent = 0.0
        self.costs: list[float] = []
        self.values: list[float] = []

    def step(self) -> bool:
        """One evaluation: a promotion, or something new; False if nothing new comes."""
        promoted = self._promotions.next(closing=False)
        if promoted is not None:
            number, rung = promoted
            self._evaluate(*self._trials[number], rung, number)
            return True
        for _ in range(MOST_DUPLICATES):
            genotype = self._controller.propose()
            try:
                architecture = self._space.decode(genotype)
            except InvalidGenotype as error:
                raise UsageError(f"it proposed no member of the space: {error}") from error
            known = self._known.get(architecture.key)
            if known is None:
                self._evaluate(genotype, architecture, 0, None)
                return True
            self._controller.observe(genotype, *known)
        return False

    def _evaluate(
        self, genotype: Genotype, architecture: Architecture, rung: int, continues: int | None
    ) -> None:
        number, share = len(self._trials), self._shares[rung]
        self._trials.append((genotype, architecture))
        self._promotions.begin(number, rung, continues)
        reward = self._landscape.reward(architecture, self._seed, share)
        self._promotions.end(number, rung, reward)
        told: Metrics = {**size_metrics(architecture), FIDELITY: share}
        self._known[architecture.key] = reward, told
        self._controller.observe(genotype, reward, told)
        self.spent += share - (self._shares[rung - 1] if rung else 0.0)
        if (rung, reward) > self._best:
            self._best, self._value = (rung, reward), self._landscape.value(architecture)
        self.costs.append(self.spent)
        self.values.append(self._value)
