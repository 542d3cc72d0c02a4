"""Trainings that decide which network of a search is best: what `Study` is to a controller, to a
race.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Unpack

import numpy as np

from nas.committed_study import Commitments, CommittedStudy, PlannedTrial
from nas.errors import UsageError
from results import Noise, Trial, TrialStatus, TrialSummary
from results.belief import FEWEST, Belief, belief
from results.networks import Network
from results.racing import FIRST, contender, first_contender

MOST_WITHOUT = 2  # trainings of a network without a reward: it is trained no more
STREAM = 0x52455241  # of seeds that no search has


class RerankStudy(CommittedStudy):
    """A race between the networks of a search, and the store that its trainings are committed to.

    Whom to train next follows from the rewards of the search and from what the store has at that
    moment, so a race goes on like one that was never stopped. The nth new seed of a network is the
    same in whatever order they come. A race ends early where every contender failed too often.

    Args:
        networks: of the search, with their rewards; at least three.
        recall: the trial of a search that a network is rebuilt from, by its number.
        budget: trainings in the store when the race ends.
        seed: of the search.
        noise: of a training, measured elsewhere: see `results.beliefs`.
    """

    def __init__(
        self,
        *,
        networks: Sequence[Network],
        recall: Callable[[int], Trial],
        budget: int,
        seed: int,
        noise: Noise | None = None,
        **given: Unpack[Commitments],
    ) -> None:
        if len(networks) < FEWEST:
            raise UsageError(
                f"{len(networks)} networks of this search have a reward: it takes {FEWEST} to rank"
            )
        super().__init__(budget, **given)
        self.networks, self.recall, self.seed, self.noise = networks, recall, seed, noise
        self._place = {network.key: place for place, network in enumerate(networks)}
        self._known: tuple[int, Belief | None] = (-1, None)

    def _decide(self) -> tuple[PlannedTrial, int] | None:
        trials = sorted(self.store.summaries(), key=lambda one: one.number)
        chosen = self._choose(trials)
        if chosen is None:
            return None
        network = self.networks[chosen]
        tried = Counter(trial.key for trial in trials)[network.key]
        return replanned(self.recall(network.trial)), new_seed(self.seed, network.key, tried)

    def _choose(self, trials: Sequence[TrialSummary]) -> int | None:
        """The place of the network to train next."""
        rewards = [list(network.rewards) for network in self.networks]
        out, without = [0] * len(rewards), [0] * len(rewards)
        ended = 0
        for trial in trials:
            place = self._place.get(trial.key)
            if place is None:  # of an earlier race, between other networks of the search
                continue
            ended += trial.status is not TrialStatus.RUNNING
            if trial.reward is not None:
                rewards[place].append(trial.reward)
            elif trial.status is TrialStatus.RUNNING:
                out[place] += 1
            else:
                without[place] += 1
        allowed = [count < MOST_WITHOUT for count in without]
        found = self._belief(rewards, ended)
        if found is None or (self.noise is None and self._next < FIRST):
            trained = [len(values) + n for values, n in zip(rewards, out, strict=True)]
            tried = [n + count for n, count in zip(trained, without, strict=True)]
            return first_contender([sum(v) / len(v) for v in rewards], tried, allowed)
        return contender(found, out, allowed)

    def _belief(self, rewards: Sequence[Sequence[float]], ended: int) -> Belief | None:
        """None where what a seed changes is not known yet; computed once for what has ended."""
        if self._known[0] != ended:
            found = belief(rewards, self.noise)
            self._known = ended, found if isinstance(found, Belief) else None
        return self._known[1]


def replanned(trial: Trial) -> PlannedTrial:
    """The same network once more, at the same fidelity."""
    return PlannedTrial(trial.genotype or (), trial.architecture, trial.fidelity)


def new_seed(seed: int, key: str, nth: int) -> int:
    """Of a network's nth new training, 0 to 2**32 - 1."""
    return int(np.random.SeedSequence([seed, STREAM, int(key, 16), nth]).generate_state(1)[0])
