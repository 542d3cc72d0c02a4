"""Trials that were decided beforehand: what `Study` is to a controller, to a plan."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nas.lost_attempts import ATTEMPTS, check_attempts, lose_attempt
from nas.study import Metrics, Objective, reward_of, trial_seed
from proxy_tasks.errors import DataError
from results import Failure, FailureKind, Outcome, Trial, TrialStatus, TrialStore
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


class PlannedStudy:
    """A list of trials and the store they are committed to.

        while (trial := study.ask()) is not None:
            study.tell(trial.number, evaluate(trial))

    The trial with number i is `plan[i]`, with a seed of its own: an architecture that is planned
    several times is evaluated as often. One that continues another has its seed, and waits for its
    end; where that failed it is tried all the same, from the start. A study made anew on the same
    store with the same plan goes on where the last one was stopped, and first hands out again what
    was in flight.
    """

    def __init__(
        self,
        *,
        plan: Sequence[PlannedTrial],
        store: TrialStore,
        objective: Objective,
        seed: int,
        cost: Callable[[Architecture], Metrics],
        attempts: int = ATTEMPTS,
    ) -> None:
        self.plan, self.store, self.seed = plan, store, seed
        self.objective, self.cost = objective, cost
        self.attempts = check_attempts(attempts)
        self._in_flight = deque(store.running())
        self._next = store.next_number()

    @property
    def done(self) -> bool:
        """Whether there is nothing left to ask for."""
        return not self._in_flight and self._next >= len(self.plan)

    @property
    def resumable(self) -> set[int]:
        """Numbers of the trials that one which has not ended continues."""
        ahead = {planned.continues for planned in self.plan[self._next :]}
        out = {trial.continues for trial in self.store.running()}
        return {number for number in ahead | out if number is not None}

    def ask(self) -> Trial | None:
        """The next trial to evaluate. None at the end of the plan, and while what the next one
        continues is out.
        """
        if self._in_flight:
            return self._in_flight.popleft()
        if self.done:
            return None
        number, planned = self._next, self.plan[self._next]
        seed = trial_seed(self.seed, number)
        if planned.continues is not None:
            before = self.store.trial(planned.continues)
            if before.status is TrialStatus.RUNNING:
                return None
            seed = before.seed
        trial = Trial(
            number=number,
            genotype=planned.genotype,
            architecture=planned.architecture,
            fidelity=planned.fidelity,
            seed=seed,
            started=time.time(),
            metrics=self.cost(planned.architecture),
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
