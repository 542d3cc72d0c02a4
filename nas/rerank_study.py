"""Trainings that decide which network of a search is best: what `Study` is to a controller, to a
race.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence

import numpy as np

from nas.errors import UsageError
from nas.lost_attempts import ATTEMPTS, check_attempts, lose_attempt
from nas.study import Metrics, Objective, reward_of
from proxy_tasks.errors import DataError
from results import Failure, FailureKind, Outcome, Trial, TrialStatus, TrialStore
from results.belief import FEWEST, Belief, belief
from results.networks import Network
from results.racing import FIRST, contender, first_contender
from search_space import Architecture

MOST_WITHOUT = 2  # trainings of a network without a reward: it is trained no more
STREAM = 0x52455241  # of seeds that no search has


class RerankStudy:
    """A race between the networks of a search, and the store that its trainings are committed to.

        while (trial := study.ask()) is not None:
            study.tell(trial.number, evaluate(trial))

    Whom to train next follows from the rewards of the search and from what the store has at that
    moment, so a study made anew goes on where the last one was stopped, and first hands out again
    what was in flight. The nth new seed of a network is the same in whatever order they come.

    Args:
        networks: of the search, with their rewards; at least three.
        recall: the trial of a search that a network is rebuilt from, by its number.
        budget: trainings in the store when the race ends.
        seed: of the search.
    """

    def __init__(
        self,
        *,
        networks: Sequence[Network],
        recall: Callable[[int], Trial],
        store: TrialStore,
        objective: Objective,
        budget: int,
        seed: int,
        cost: Callable[[Architecture], Metrics],
        attempts: int = ATTEMPTS,
    ) -> None:
        if len(networks) < FEWEST:
            raise UsageError(
                f"{len(networks)} networks of this search have a reward: it takes {FEWEST} to rank"
            )
        self.networks, self.recall, self.store = networks, recall, store
        self.objective, self.budget, self.seed, self.cost = objective, budget, seed, cost
        self.attempts = check_attempts(attempts)
        self._place = {network.key: place for place, network in enumerate(networks)}
        self._in_flight = deque(store.running())
        self._next = store.next_number()
        self._known: tuple[int, Belief | None] = (-1, None)

    @property
    def done(self) -> bool:
        """Whether there is nothing left to ask for, as far as is known now."""
        return not self._in_flight and self._next >= self.budget

    def ask(self) -> Trial | None:
        """The next trial to evaluate. None when the budget is used up, and where every contender
        has failed too often.
        """
        if self._in_flight:
            return self._in_flight.popleft()
        if self.done:
            return None
        trials = self.store.summaries()
        tried = Counter(trial.key for trial in trials)
        chosen = self._choose()
        if chosen is None:
            return None
        network = self.networks[chosen]
        known = self.recall(network.best[1].number)
        trial = Trial(
            number=self._next,
            genotype=known.genotype,
            architecture=known.architecture,
            fidelity=known.fidelity,
            seed=new_seed(self.seed, network.key, tried[network.key]),
            started=time.time(),
            metrics=self.cost(known.architecture),
        )
        self.store.propose(trial)
        self._next += 1
        return trial

    def tell(self, number: int, outcome: Outcome) -> Trial:
        """Commit what became of a trial; one that is finished already stays as it is.

        Raises DataError where the data went bad, as `PlannedStudy` does.
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

    def _choose(self) -> int | None:
        """The place of the network to train next."""
        rewards = [list(network.rewards) for network in self.networks]
        out, without = [0] * len(rewards), [0] * len(rewards)
        ended = 0
        for trial in sorted(self.store.summaries(), key=lambda one: one.number):
            place = self._place[trial.key]
            ended += trial.status is not TrialStatus.RUNNING
            if trial.reward is not None:
                rewards[place].append(trial.reward)
            elif trial.status is TrialStatus.RUNNING:
                out[place] += 1
            else:
                without[place] += 1
        allowed = [count < MOST_WITHOUT for count in without]
        found = self._belief(rewards, ended)
        if found is None or self._next < FIRST:
            trained = [len(values) + n for values, n in zip(rewards, out, strict=True)]
            tried = [n + count for n, count in zip(trained, without, strict=True)]
            return first_contender([sum(v) / len(v) for v in rewards], tried, allowed)
        return contender(found, out, allowed)

    def _belief(self, rewards: Sequence[Sequence[float]], ended: int) -> Belief | None:
        """None where what a seed changes is not known yet; computed once for what has ended."""
        if self._known[0] != ended:
            found = belief(rewards)
            self._known = ended, found if isinstance(found, Belief) else None
        return self._known[1]


def new_seed(seed: int, key: str, nth: int) -> int:
    """Of a network's nth new training, 0 to 2**32 - 1."""
    return int(np.random.SeedSequence([seed, STREAM, int(key, 16), nth]).generate_state(1)[0])
