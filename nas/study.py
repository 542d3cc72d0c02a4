"""The loop of a search: what to evaluate next, and what became of it."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

from controllers import Controller
from nas.errors import UsageError, blaming
from nas.lost_attempts import ATTEMPTS, check_attempts, lose_attempt
from nas.replay import observed_metrics, replay
from nas.rungs import Promotions, Rungs
from results import Failure, Outcome, Trial, TrialStatus, TrialStore
from search_space import Architecture, Genotype, InvalidGenotype, SearchSpace
from search_space.shown import shown

# So many known architectures in a row mean that the controller has nothing new to say.
MOST_DUPLICATES = 1000

Metrics = Mapping[str, float]


class Objective(Protocol):
    """Turns an evaluation's metrics into a reward: larger is better, None is infeasible."""

    def __call__(self, metrics: Metrics) -> float | None: ...


class Study:
    """A search: space, controller, objective, store and budget in distinct candidates.

        while (trial := study.ask()) is not None:
            study.tell(trial.number, evaluate(trial))

    Asks may run ahead of tells, and tells may come in any order. Every step is committed to the
    store before its effect: a study made anew on the same store goes on where the last one was
    stopped, whatever stopped it, and first hands out again what was in flight.

    With more than one rung as `fidelity`, a candidate begins at the lowest; one that is among the
    best of its rung goes on to the next as a trial of its own, with the candidate's seed, before a
    new candidate is asked for. At the end of the budget the remaining promotions are made.
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
        fidelity: str | Rungs,
        cost: Callable[[Architecture], Metrics],
        attempts: int = ATTEMPTS,
    ) -> None:
        self.space, self.controller, self.objective = space, controller, objective
        self.store, self.budget, self.seed = store, budget, seed
        self.rungs = Rungs((fidelity,)) if isinstance(fidelity, str) else fidelity
        self.cost, self.attempts = cost, check_attempts(attempts)
        self.exhausted = False  # the controller found nothing new in MOST_DUPLICATES proposals
        with blaming(self._controller_name):
            replay(store, space, controller)
        self._in_flight = deque(store.running())
        self._out: dict[int, Trial] = {}  # handed out, not told
        self._next, self._candidates = store.next_number(), store.candidates()
        self._promotions = self._restored_promotions()

    @property
    def done(self) -> bool:
        """Whether there is nothing left to ask for."""
        if self._in_flight or not self._closing:
            return False
        if self._promotions is None:
            return True
        return not self._promotions.running and self._promotions.next(closing=True) is None

    @property
    def resumable(self) -> set[int]:
        """Numbers of the trials whose checkpoints are worth their place: see `Promotions`."""
        return set() if self._promotions is None else self._promotions.resumable

    @property
    def _closing(self) -> bool:
        return self._candidates >= self.budget or self.exhausted

    def ask(self) -> Trial | None:
        """The next trial to evaluate, or None when the budget or the space is used up; with rungs,
        what is still out may then be promoted: ask again after its `tell`.

        An architecture that is known at this fidelity is not evaluated again: the controller is
        told what is known of it and proposes once more.
        """
        trial = self._in_flight.popleft() if self._in_flight else self._new()
        if trial is not None:
            self._out[trial.number] = trial
        return trial

    def _new(self) -> Trial | None:
        promoted = self._promote()
        if promoted is not None or self._closing:
            return promoted
        for _ in range(MOST_DUPLICATES):
            with blaming(self._controller_name):
                genotype = self.controller.propose()
            architecture = self._decode(genotype)
            known = self._known(architecture.key)
            if known is None:
                return self._propose(genotype, architecture)
            self.store.duplicate(known.number)
            if known.status is not TrialStatus.RUNNING:
                self._observe(genotype, known)
        self.exhausted = True
        return self._promote()

    def tell(self, number: int, outcome: Outcome) -> Trial:
        """Commit what became of a trial, then let the controller observe it.

        A trial that is finished already stays as it is: results count once.
        """
        before = self._out.get(number) or self.store.trial(number)
        if before.status is not TrialStatus.RUNNING:
            return before
        reward = None
        if outcome.metrics is not None:
            reward = reward_of(self.objective, {**before.metrics, **outcome.metrics})
        trial = self.store.finish(number, outcome, reward)
        self._out.pop(number, None)
        if self._promotions is not None:
            self._promotions.end(number, self._rung(trial), trial.reward)
        if trial.genotype is not None:
            self._observe(trial.genotype, trial)
        return trial

    def lose(self, number: int, failure: Failure) -> Trial:
        """Commit that an attempt at a trial was lost with its worker or node: see `TrialSource`.

        The controller hears of it only when the last of `attempts` is lost.
        """
        return lose_attempt(self, self.store, number, failure, self.attempts)

    def _known(self, key: str) -> Trial | None:
        """What is known of an architecture at the highest rung that it has ended, or began."""
        running = None
        for fidelity in reversed(self.rungs.fidelities):
            found = self.store.find(key, fidelity)
            if found is not None and found.status is not TrialStatus.RUNNING:
                return found
            running = running or found
        return running

    @property
    def _controller_name(self) -> str:
        return f"controller {type(self.controller).__name__}"

    def _observe(self, genotype: Genotype, trial: Trial) -> None:
        with blaming(self._controller_name):
            self.controller.observe(genotype, trial.reward, observed_metrics(trial))

    def _decode(self, genotype: tuple[int, ...]) -> Architecture:
        try:
            return self.space.decode(genotype)
        except InvalidGenotype as error:
            raise UsageError(
                f"{self._controller_name} proposed no member of the space: {error}"
            ) from error

    def _propose(self, genotype: tuple[int, ...], architecture: Architecture) -> Trial:
        trial = self._begin(
            Trial(
                number=self._next,
                genotype=genotype,
                architecture=architecture,
                fidelity=self.rungs.fidelities[0],
                seed=trial_seed(self.seed, self._next),
                started=time.time(),
                metrics=self.cost(architecture),
            ),
            self._parents(),
        )
        self._candidates += 1  # once it is committed
        return trial

    def _promote(self) -> Trial | None:
        """A trial that takes a candidate to its next rung, if one has earned it."""
        if self._promotions is None:
            return None
        found = self._promotions.next(closing=self._closing)
        if found is None:
            return None
        number, rung = found
        before = self.store.trial(number)
        return self._begin(
            Trial(
                number=self._next,
                genotype=before.genotype,
                architecture=before.architecture,
                fidelity=self.rungs.fidelities[rung],
                seed=before.seed,
                started=time.time(),
                metrics=self.cost(before.architecture),
                continues=number,
            )
        )

    def _parents(self) -> list[int]:
        """The candidates that the controller made its last proposal of, as far as it says so."""
        genotypes: tuple[Genotype, ...] = getattr(self.controller, "parents", ())
        if not isinstance(genotypes, tuple):
            raise UsageError(
                f"{self._controller_name}: parents is {shown(genotypes)}: give a tuple of genotypes"
            )
        keys = [self._decode(genotype).key for genotype in genotypes]
        found = [self.store.find(key, self.rungs.fidelities[0]) for key in keys]
        return [trial.number for trial in found if trial is not None]

    def _begin(self, trial: Trial, parents: Sequence[int] = ()) -> Trial:
        self.store.propose(trial, parents)
        self._next += 1
        if self._promotions is not None:
            self._promotions.begin(trial.number, self._rung(trial), trial.continues)
        return trial

    def _rung(self, trial: Trial) -> int:
        return self.rungs.fidelities.index(trial.fidelity)

    def _restored_promotions(self) -> Promotions | None:
        """What the store's trials say of who was promoted; None without rungs."""
        if len(self.rungs.fidelities) == 1:
            return None
        return Promotions.of(self.store.summaries(), self.rungs)


def reward_of(objective: Objective, metrics: Metrics) -> float | None:
    """What an objective makes of metrics. Raises UsageError where it fails on them."""
    with blaming(f"the objective on {shown(dict(metrics))}"):
        reward = objective(metrics)
        return None if reward is None else float(reward)


def trial_seed(study_seed: int, number: int) -> int:
    """The seed of a trial's evaluation, 0 to 2**32 - 1; each trial has its own."""
    return int(np.random.SeedSequence([study_seed, number]).generate_state(1)[0])
