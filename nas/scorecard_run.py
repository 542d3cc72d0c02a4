"""One controller on one landscape: the loop of nas/study.py, without a store."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controllers import Controller
from nas.errors import UsageError
from nas.scorecard_baseline import Baseline, size_metrics
from nas.scorecard_landscape import RewardLandscape
from nas.scorecard_statistics import OVERTIME
from nas.study import MOST_DUPLICATES
from results.front import hypervolume
from search_space import InvalidGenotype, SearchSpace


@dataclass(frozen=True, slots=True)
class ScorecardRun:
    """What became of a run.

    Args:
        evaluations: until the best reward so far reached the goal; None: not in 1.25 budgets.
        incumbents: [evaluations at most the budget], after each the noiseless value of the
            candidate with the best reward so far.
        best_value: the largest noiseless value of all that were evaluated.
        hypervolume: of rewards and multiply-adds at the budget.
        proposals: all, those of known candidates too.
        cpu_seconds: of this process, in the controller's methods.
    """

    evaluations: int | None
    incumbents: NDArray[np.float64]
    best_value: float
    hypervolume: float
    proposals: int
    cpu_seconds: float


def run_controller(
    controller: Controller,
    landscape: RewardLandscape,
    space: SearchSpace,
    baseline: Baseline,
    budget: int,
    seed: int,
) -> ScorecardRun:
    """Evaluate `budget` candidates; up to 1.25 times as many while the goal is not reached.

    As in a study, candidates are known by key: a known one is not evaluated again, but its reward
    is told once more, and 1,000 known ones in a row end the run. Raises UsageError for a proposal
    that is no member of the space.
    """
    loop = _Loop(controller, landscape, space, seed)
    evaluations = None
    while len(loop.rewards) < int(OVERTIME * budget):
        if len(loop.rewards) >= budget and evaluations is not None:
            break
        if not loop.evaluate_next():
            break
        if evaluations is None and loop.rewards[loop.best] >= baseline.goal:
            evaluations = len(loop.rewards)
    points = list(zip(loop.rewards, loop.madds, strict=True))[:budget]
    return ScorecardRun(
        evaluations=evaluations,
        incumbents=np.array(loop.incumbents[:budget]),
        best_value=max(loop.values),
        hypervolume=hypervolume(points, baseline.reference),
        proposals=loop.proposals,
        cpu_seconds=loop.cpu_seconds,
    )


class _Loop:
    """The state between evaluations; the lists hold one entry an evaluation."""

    def __init__(
        self,
        controller: Controller,
        landscape: RewardLandscape,
        space: SearchSpace,
        seed: int,
    ) -> None:
        self._controller, self._landscape, self._space = controller, landscape, space
        self._seed = seed
        self._known: dict[str, tuple[float, dict[str, float]]] = {}
        self.rewards: list[float] = []
        self.values: list[float] = []
        self.madds: list[float] = []
        self.incumbents: list[float] = []
        self.best = 0  # the evaluation of the best reward, the first of equal ones
        self.proposals, self.cpu_seconds = 0, 0.0

    def evaluate_next(self) -> bool:
        """Propose until something new comes, and evaluate that; False if nothing does."""
        for _ in range(MOST_DUPLICATES):
            begin = time.process_time()
            genotype = self._controller.propose()
            self.cpu_seconds += time.process_time() - begin
            self.proposals += 1
            new = self._look(genotype)
            if new:
                return True
        return False

    def _look(self, genotype: tuple[int, ...]) -> bool:
        """Tell what is known of a proposal; evaluated before if it is new, which is returned."""
        try:
            architecture = self._space.decode(genotype)
        except InvalidGenotype as error:
            raise UsageError(f"it proposed no member of the space: {error}") from error
        known = self._known.get(architecture.key)
        if known is None:
            value = self._landscape.value(architecture)
            reward = value + self._landscape.evaluation_noise(architecture, self._seed)
            told = self._known[architecture.key] = reward, size_metrics(architecture)
            self._note(reward, value, told[1]["madds"])
        else:
            told = known
        begin = time.process_time()
        self._controller.observe(genotype, *told)
        self.cpu_seconds += time.process_time() - begin
        return known is None

    def _note(self, reward: float, value: float, madds: float) -> None:
        self.rewards.append(reward)
        self.values.append(value)
        self.madds.append(madds)
        if reward > self.rewards[self.best]:
            self.best = len(self.rewards) - 1
        self.incumbents.append(self.values[self.best])
