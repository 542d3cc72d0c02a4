"""Trials that no controller proposes: what a plan and a race have in common."""

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NotRequired, TypedDict, Unpack

from nas.lost_attempts import ATTEMPTS, check_attempts, lose_attempt
from nas.study import Metrics, Objective, reward_of
from proxy_tasks.errors import DataError
from results import Failure, FailureKind, Outcome, Trial, TrialStore
from search_space import Architecture, Genotype


@dataclass(frozen=True, slots=True)
class PlannedTrial:
    """What to evaluate, and at which fidelity (canonical JSON).

    `continues`: the place in the plan of the trial whose paused training this one takes further.
    """

    genotype: Genotype
    architecture: Architecture
    fidelity: str
    continues: int | None = None


class Commitments(TypedDict):
    """What it takes to commit trials: where, and what is known and made of them."""

    store: TrialStore
    objective: Objective
    cost: Callable[[Architecture], Metrics]
    attempts: NotRequired[int]


class CommittedStudy(ABC):
    """Trials, and the store that they are committed to.

        while (trial := study.ask()) is not None:
            study.tell(trial.number, evaluate(trial))

    A study made anew on the same store goes on where the last one was stopped, and first hands out
    again what was in flight.

    Args:
        total: trials in the store when all are made.
    """

    def __init__(self, total: int, **given: Unpack[Commitments]) -> None:
        self.total, self.store, self.objective = total, given["store"], given["objective"]
        self.cost, self.attempts = given["cost"], check_attempts(given.get("attempts", ATTEMPTS))
        self._in_flight = deque(self.store.running())
        self._next = self.store.next_number()

    @abstractmethod
    def _decide(self) -> tuple[PlannedTrial, int] | None:
        """The next trial and its seed; None where there is none as yet."""

    def _cost(self, planned: PlannedTrial) -> Metrics:
        """What is known of a trial before it is made."""
        return self.cost(planned.architecture)

    def name_of(self, trial: Trial) -> str:
        """What the network of a trial is called; empty: it has no name."""
        return ""

    @property
    def done(self) -> bool:
        """Whether there is nothing left to ask for, as far as is known now."""
        return not self._in_flight and self._next >= self.total

    def ask(self) -> Trial | None:
        """The next trial to evaluate. None where all are made, and while none can be decided."""
        if self._in_flight:
            return self._in_flight.popleft()
        decided = None if self.done else self._decide()
        if decided is None:
            return None
        planned, seed = decided
        trial = Trial(
            number=self._next,
            genotype=planned.genotype,
            architecture=planned.architecture,
            fidelity=planned.fidelity,
            seed=seed,
            started=time.time(),
            metrics=self._cost(planned),
            continues=planned.continues,
        )
        self.store.propose(trial)
        self._next += 1
        return trial

    def tell(self, number: int, outcome: Outcome) -> Trial:
        """Commit what became of a trial; one that is finished already stays as it is.

        Raises DataError where the data went bad: the trial is none of the ended ones, and is
        handed out again by a study made anew.
        """
        failure = outcome.failure
        if failure is not None and failure.kind is FailureKind.DATA_ERROR:
            raise DataError(f"{failure.message}; mend that, and the same command goes on")
        reward = None
        if outcome.metrics is not None:
            known = self.store.trial(number).metrics
            reward = reward_of(self.objective, {**known, **outcome.metrics})
        return self.store.finish(number, outcome, reward)

    def lose(self, number: int, failure: Failure) -> Trial:
        """Commit that an attempt at a trial was lost with its worker or node: see `TrialSource`."""
        return lose_attempt(self, self.store, number, failure, self.attempts)
