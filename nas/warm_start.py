"""What other runs know, told to a run's controller before its first proposal."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nas.comparable_runs import COMPARED, first_difference
from nas.config import Config
from nas.errors import UsageError
from nas.stored_config import stored_config
from nas.study import Objective, reward_of
from results import FailureKind, Trial, TrialStatus, TrialStore, WarmTrial
from search_space import InvalidGenotype, SearchSpace

META = "warm_start"  # its summary's name among what a store says of its run
BEST = 20  # trials that are told last, ascending
NOT_ITS_FAULT = (FailureKind.WORKER_LOST, FailureKind.NODE_LOST, FailureKind.DATA_ERROR)


@dataclass(frozen=True, slots=True)
class WarmStart:
    """Finished trials of other runs, in this run's space and with its objective's rewards.

    The store of a run keeps them: a resumed run needs nothing of the others. They are no trials of
    this run, count for no budget and stand on no leaderboard; a controller may propose one of
    their architectures again, and then this run evaluates it.
    """

    trials: tuple[WarmTrial, ...]
    outside: Mapping[str, int]  # trials that are no members of this space, by run

    @property
    def meta(self) -> dict[str, str]:
        """What the run's store says of it."""
        told = {run: sum(trial.run == run for trial in self.trials) for run in self.outside}
        rows = [[run, told[run], outside] for run, outside in self.outside.items()]
        return {META: json.dumps(rows)}


def read_warm_start(config: Config, space: SearchSpace, objective: Objective) -> WarmStart:
    """What the runs of `search.warm_start` know, shuffled, but for the best, which come last.

    A controller that remembers only the last, as ageing evolution, then begins with the best. One
    that compares each reward with those before it, as a policy's baseline does, would take all of
    an ascending order for progress. Completed trials come with the reward that `objective` gives
    their metrics, candidates that failed by their own fault with None. Raises UsageError for a run
    whose rewards do not compare, NotARun and its kin.
    """
    trials: list[WarmTrial] = []
    outside: dict[str, int] = {}
    for run in config.search.warm_start:
        outside[run] = 0
        with TrialStore.open_read_only(Path(run)) as store:
            _check_comparable(config, stored_config(store, Path(run)), run)
            finished = list(_finished(store, config.fidelity.canonical()))
        for trial in finished:
            try:
                genotype = space.encode(trial.architecture)
            except InvalidGenotype:
                outside[run] += 1
                continue
            completed = trial.status is TrialStatus.COMPLETED
            reward = reward_of(objective, trial.metrics) if completed else None
            trials.append(
                WarmTrial(
                    run=run,
                    number=trial.number,
                    genotype=genotype,
                    reward=reward,
                    metrics=trial.metrics,
                )
            )
    return WarmStart(tuple(_best_last(trials)), outside)


def stored_warm_start(store: TrialStore) -> WarmStart | None:
    """What the run's controller was told before its first proposal; None: nothing."""
    if META not in (meta := store.meta()):
        return None
    outside = {run: strangers for run, _, strangers in json.loads(meta[META])}
    return WarmStart(tuple(store.warm_trials()), outside)


def warm_start_lines(store: TrialStore) -> Iterator[str]:
    """What a run was told before its first proposal, a line for each other run."""
    for run, told, outside in json.loads(store.meta().get(META, "[]")):
        strangers = f" ({outside} no members of this space)" if outside else ""
        yield f"warm start: {told} trials of {run}{strangers}"


def _finished(store: TrialStore, fidelity: str) -> Iterator[Trial]:
    """Those at this fidelity: a rung, or a doctor's long training, is of another scale."""
    for trial in store.finished():
        failure = trial.failure
        if trial.fidelity != fidelity:
            continue
        if failure is None or failure.kind not in NOT_ITS_FAULT:
            yield trial


def _best_last(trials: list[WarmTrial]) -> list[WarmTrial]:
    ascending = sorted(trials, key=lambda t: -math.inf if t.reward is None else t.reward)
    rest = len(trials) - min(BEST, len(trials))
    order = np.random.Generator(np.random.PCG64(0)).permutation(rest)  # the same one on every day
    return [ascending[place] for place in [*order.tolist(), *range(rest, len(trials))]]


def _check_comparable(ours: Config, theirs: Config, run: str) -> None:
    difference = first_difference(ours, theirs)
    if difference is not None:
        name, here, there = difference
        raise UsageError(
            f"warm start from {run}: {name} is {there!r} there and {here!r} here, so its rewards "
            f"do not compare: name runs that share {', '.join(COMPARED)}"
        )
