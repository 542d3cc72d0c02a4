"""How a search is going, as numbers: what the live view and the plain lines show."""

import math
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from results import FailureKind, Trial
from results.training_length import training_length


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a search after some trials of this session.

    Args:
        done: candidates of the run whose first trial has ended, those of earlier sessions too.
        total: the budget.
        failed: trials of the run, by kind.
        best: the trial of the largest reward of the longest trainings, if any has one.
        seconds_per_trial: wall time of this session by candidates done in it; None before the
            first.
        in_parts: trials of this session were parts of trainings, as with rungs.
    """

    done: int
    total: int
    failed: Mapping[FailureKind, int]
    best: Trial | None
    seconds_per_trial: float | None
    in_parts: bool = False

    @property
    def seconds_left(self) -> float | None:
        """Estimated wall seconds to the end of the budget.

        None where that is not known: once every candidate has begun, who goes on is yet to be seen.
        """
        if self.seconds_per_trial is None or (self.in_parts and self.done >= self.total):
            return None
        return self.seconds_per_trial * (self.total - self.done)


class ProgressCounter:
    """Counts trials of a session on top of what a run had before."""

    def __init__(
        self, total: int, done: int, failed: Mapping[FailureKind, int], best: Trial | None
    ) -> None:
        self._total, self._done, self._best = total, done, best
        self._failed = Counter(failed)
        self._session, self._begin = 0, time.monotonic()
        self._in_parts = False

    def add(self, trial: Trial) -> Progress:
        """Count a finished trial."""
        first = trial.continues is None
        self._done += first
        self._session += first
        if trial.failure is not None:
            self._failed[trial.failure.kind] += 1
        self._in_parts |= training_length(trial.fidelity).share < 1
        if trial.reward is not None and (self._best is None or _place(trial) > _place(self._best)):
            self._best = trial
        return self.now()

    def now(self) -> Progress:
        """The progress at this moment."""
        elapsed = time.monotonic() - self._begin
        per_trial = elapsed / self._session if self._session else None
        return Progress(
            self._done, self._total, self._failed, self._best, per_trial, self._in_parts
        )


def _place(trial: Trial) -> tuple[float, float]:
    """Larger is better: no reward stands beside that of a longer training."""
    reward = -math.inf if trial.reward is None else trial.reward
    return training_length(trial.fidelity).steps or 0, reward


def duration(seconds: float | None) -> str:
    """`8 s`, `3 min 20 s`, `2 h 05 min`; a dash when it is not known."""
    if seconds is None:
        return "-"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
