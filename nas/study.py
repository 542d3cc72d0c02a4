"""The loop of a search: what to evaluate next, and what became of it."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from controllers import Controller
from nas.errors import UsageError
from nas.replay import replay
from results import Outcome, Trial, TrialStatus, TrialStore
from search_space import Architecture, InvalidGenotype, SearchSpace

# So many known architectures in a row mean that the controller has nothing new to say.
MOST_DUPLICATES = 1000

Metrics = Mapping[str, float]


class Objective(Protocol):
    """Turns an evaluation's metrics into a reward: larger is better, None is infeasible."""

    def __call__(self, metrics: Metrics) -> float | None: ...


class Study:
    """A search: space, controller, objective, store and budget.

        while (trial := study.ask()) is not None:
            study.tell(trial.number, evaluate(trial))

    Asks may run ahead of tells, and tells may come in any order. Every step is committed to the
    store before its effect: a study made anew on the same store goes on where the last one was
    stopped, whatever stopped it, and first hands out again what was in flight.
    """

    def __init__(
        self,
        *,
        space: SearchSpace,
        controller: Controller,
        objective: Objective,
        store: TrialStore,
        budget: int,
        seed: int,
        fidelity: str,
        cost: Callable[[Architecture], Metrics],
    ) -> None:
        self.space, self.controller, self.objective = space, controller, objective
        self.store, self.budget, self.seed = store, budget, seed
        self.fidelity, self.cost = fidelity, cost
        self.exhausted = False  # the controller found nothing new in MOST_DUPLICATES proposals
        replay(store, space, controller)
        self._in_flight = deque(store.running())
        self._next = store.count()

    @property
    def done(self) -> bool:
        """Whether there is nothing left to ask for."""
        return not self._in_flight and (self._next >= self.budget or self.exhausted)

    def ask(self) -> Trial | None:
        """The next trial to evaluate, or None when the budget or the space is used up.

        An architecture that is known at this fidelity is not evaluated again: the controller is
        told what is known of it and proposes once more.
        """
        if self._in_flight:
            return self._in_flight.popleft()
        if self.done:
            return None
        for _ in range(MOST_DUPLICATES):
            genotype = self.controller.propose()
            architecture = self._decode(genotype)
            known = self.store.find(architecture.key, self.fidelity)
            if known is None:
                return self._propose(genotype, architecture)
            self.store.duplicate(known.number)
            if known.status is not TrialStatus.RUNNING:
                self.controller.observe(genotype, known.reward, known.metrics)
        self.exhausted = True
        return None

    def tell(self, number: int, outcome: Outcome) -> Trial:
        """Commit what became of a trial, then let the controller observe it.

        A trial that is finished already stays as it is: results count once.
        """
        before = self.store.trial(number)
        if before.status is not TrialStatus.RUNNING:
            return before
        reward = None
        if outcome.metrics is not None:
            reward = reward_of(self.objective, {**before.metrics, **outcome.metrics})
        trial = self.store.finish(number, outcome, reward)
        if trial.genotype is not None:
            self.controller.observe(trial.genotype, trial.reward, trial.metrics)
        return trial

    def _decode(self, genotype: tuple[int, ...]) -> Architecture:
        try:
            return self.space.decode(genotype)
        except InvalidGenotype as error:
            name = type(self.controller).__name__
            raise UsageError(
                f"controller {name} proposed no member of the space: {error}"
            ) from error

    def _propose(self, genotype: tuple[int, ...], architecture: Architecture) -> Trial:
        trial = Trial(
            number=self._next,
            genotype=genotype,
            architecture=architecture,
            fidelity=self.fidelity,
            seed=trial_seed(self.seed, self._next),
            started=time.time(),
            metrics=self.cost(architecture),
        )
        self.store.propose(trial)
        self._next += 1
        return trial


def reward_of(objective: Objective, metrics: Metrics) -> float | None:
    """What an objective makes of metrics. Raises UsageError where it fails on them."""
    try:
        reward = objective(metrics)
        return None if reward is None else float(reward)
    except (TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise UsageError(f"the objective fails on {dict(metrics)}: {error}") from error


def trial_seed(study_seed: int, number: int) -> int:
    """The seed of a trial's evaluation, 0 to 2**32 - 1; each trial has its own."""
    return int(np.random.SeedSequence([study_seed, number]).generate_state(1)[0])
