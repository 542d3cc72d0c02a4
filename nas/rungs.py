"""The rungs of successive halving: where a candidate is looked at, and who goes on."""

import math
from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush, nsmallest
from typing import Final, Self

from nas.errors import UsageError
from results import TrialStatus, TrialSummary

# Of those that wait at a rung, only the best goes on: places come up one by one, and half of them
# go to newcomers. Who has so many before him is hardly ever called.
MOST_WAITING: Final = 20
Rank = tuple[float, int]  # the reward, negated, and the trial's number: smaller is better


@dataclass(frozen=True, slots=True)
class Rungs:
    """Fidelities of one training, canonical, the cheapest first and the full length last.

    Args:
        fidelities: one is no halving: every candidate is trained to its end.
        reduction: of so many candidates at a rung the best goes on.

    Raises:
        UsageError: no fidelity, one twice, or a reduction below 2.
    """

    fidelities: tuple[str, ...]
    reduction: int = 3

    def __post_init__(self) -> None:
        if not self.fidelities or len(set(self.fidelities)) < len(self.fidelities):
            raise UsageError(f"rungs {list(self.fidelities)}: give each fidelity once")
        if self.reduction < 2:
            raise UsageError(f"halving.reduction is {self.reduction}: give at least 2")


class Promotions:
    """Who goes on: asynchronous successive halving (ASHA, arXiv 1810.05934, algorithm 2).

    A candidate is promoted when it is among the best `1 / reduction` of those that have ended its
    rung, rounded down, and has not been before. One that ends a rung without a reward, failed or
    infeasible, counts as the last of it and of all below: it takes nobody's place. What is known
    here follows from what began and ended, in whatever order it is told.

    Args:
        rungs: how many, the full length counted.
        reduction: of so many at a rung one goes on.
    """

    def __init__(self, rungs: int, reduction: int) -> None:
        self._reduction = reduction
        self._ended: list[list[Rank]] = [[] for _ in range(rungs)]  # ascending
        self._waiting: list[list[Rank]] = [[] for _ in range(rungs)]  # heaps; not promoted yet
        self._running: list[set[int]] = [set() for _ in range(rungs)]
        self._continues: dict[int, int] = {}
        self._promoted: set[int] = set()

    @classmethod
    def of(cls, trials: Iterable[TrialSummary], rungs: Rungs) -> Self:
        """As the trials of a run have left it."""
        promotions = cls(len(rungs.fidelities), rungs.reduction)
        for trial in sorted(trials, key=lambda one: one.number):
            rung = rungs.fidelities.index(trial.fidelity)
            promotions.begin(trial.number, rung, trial.continues)
            if trial.status is not TrialStatus.RUNNING:
                promotions.end(trial.number, rung, trial.reward)
        return promotions

    def begin(self, number: int, rung: int, continues: int | None) -> None:
        """Trial `number` was handed out; the one that it continues is promoted."""
        self._running[rung].add(number)
        if continues is not None:
            self._promoted.add(continues)
            self._continues[number] = continues

    def end(self, number: int, rung: int, reward: float | None) -> None:
        """A trial that began has ended; None: without a reward."""
        self._running[rung].discard(number)
        rank = (math.inf if reward is None else -reward, number)
        insort(self._ended[rung], rank)
        if reward is not None:
            heappush(self._waiting[rung], rank)
            return
        while (before := self._continues.get(number)) is not None:
            number, rung = before, rung - 1
            self._ended[rung] = [one for one in self._ended[rung] if one[1] != number]
            insort(self._ended[rung], (math.inf, number))

    def next(self, *, closing: bool) -> tuple[int, int] | None:
        """Number of the trial to continue and the rung to bring it to, the highest rung first.

        `closing`: no new candidate will come. A rung at which nothing can arrive any more then
        rounds up, the lowest first, so that somebody reaches the full length.
        """
        below_the_last = range(len(self._ended) - 1)
        for rung in reversed(below_the_last):
            number = self._best_of(rung, len(self._ended[rung]) // self._reduction)
            if number is not None:
                return number, rung + 1
        for rung in below_the_last if closing else ():
            if self._running[rung]:
                return None
            number = self._best_of(rung, math.ceil(len(self._ended[rung]) / self._reduction))
            if number is not None:
                return number, rung + 1
        return None

    @property
    def running(self) -> bool:
        """Whether a trial is out."""
        return any(self._running)

    @property
    def resumable(self) -> set[int]:
        """Whose paused training may be asked for: trials that are out, what they continue, and the
        best 20 of each rung that were not promoted.
        """
        out = {number for rung in self._running for number in rung}
        waiting = {
            number
            for rung in self._waiting[:-1]
            for _, number in nsmallest(
                MOST_WAITING, (one for one in rung if one[1] not in self._promoted)
            )
        }
        return out | {self._continues[one] for one in out if one in self._continues} | waiting

    def _best_of(self, rung: int, places: int) -> int | None:
        """The best candidate of a rung that was not promoted, if it has one of the first places."""
        waiting = self._waiting[rung]
        while waiting and waiting[0][1] in self._promoted:
            heappop(waiting)
        if waiting and bisect_left(self._ended[rung], waiting[0]) < places:
            return waiting[0][1]
        return None
