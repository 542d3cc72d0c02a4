"""One evaluation of one candidate, as a value: a new one at each transition."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from results.errors import InvalidTrial
from results.outcome import LARGEST_INTEGER, Failure, Outcome, checked_metrics
from search_space import Architecture


class TrialStatus(StrEnum):
    """RUNNING from the proposal on; the other two are final."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One evaluation of one candidate.

    Args:
        number: position in the run, from 0.
        genotype: what the controller proposed; `None` if the architecture came from elsewhere.
        architecture: what is evaluated.
        fidelity: canonical JSON of what an evaluation costs; part of a trial's identity.
        seed: of the evaluation, 0 to 2**63 - 1.
        reward: larger is better; `None` until completed, and for an infeasible candidate.
        continues: number of the trial whose paused training this one takes further, at a higher
            rung of the same candidate; `None` for a candidate's first.
        metrics: known ones; those of the architecture (params, madds) from the proposal on.
        started: Unix time in seconds, like `finished`, which is `None` while running.

    Raises:
        InvalidTrial: the values contradict each other.
    """

    number: int
    genotype: tuple[int, ...] | None
    architecture: Architecture
    fidelity: str
    seed: int
    started: float
    metrics: Mapping[str, float]
    continues: int | None = None
    status: TrialStatus = TrialStatus.RUNNING
    reward: float | None = None
    failure: Failure | None = None
    finished: float | None = None

    def __post_init__(self) -> None:
        self._check_identity()
        self._check_result()
        object.__setattr__(self, "metrics", checked_metrics(self.metrics))

    @property
    def key(self) -> str:
        """The architecture's canonical identity."""
        return self.architecture.key

    def finish(self, outcome: Outcome, reward: float | None, finished: float) -> "Trial":
        """The same trial with its result; `reward` None means failed or infeasible.

        Raises:
            InvalidTrial: it is finished already, or a failure comes with a reward.
        """
        if self.status is not TrialStatus.RUNNING:
            raise InvalidTrial(f"trial {self.number} is already {self.status}: it cannot end twice")
        done = TrialStatus.COMPLETED if outcome.failure is None else TrialStatus.FAILED
        return replace(
            self,
            status=done,
            reward=reward,
            metrics={**self.metrics, **(outcome.metrics or {})},
            failure=outcome.failure,
            finished=finished,
        )

    def reopen(self) -> "Trial":
        """The same trial before its failure.

        Raises:
            InvalidTrial: it has not failed.
        """
        if self.status is not TrialStatus.FAILED:
            raise InvalidTrial(f"trial {self.number} is {self.status}: reopen failed ones only")
        return replace(self, status=TrialStatus.RUNNING, failure=None, finished=None)

    def _check_identity(self) -> None:
        for name, value in (("number", self.number), ("seed", self.seed)):
            if not 0 <= value <= LARGEST_INTEGER:
                raise InvalidTrial(f"trial {self.number}: {name} {value} is not in 0..2**63 - 1")
        if self.continues is not None and not 0 <= self.continues < self.number:
            raise InvalidTrial(
                f"trial {self.number} continues {self.continues}: name an earlier trial"
            )
        if not self.fidelity:
            raise InvalidTrial(f"trial {self.number}: the fidelity is empty: give its JSON")
        if not math.isfinite(self.started):
            raise InvalidTrial(f"trial {self.number}: started {self.started} is no Unix time")

    def _check_result(self) -> None:
        running = self.status is TrialStatus.RUNNING
        if running != (self.finished is None):
            raise InvalidTrial(
                f"trial {self.number} is {self.status} but finished={self.finished}: "
                "a trial has an end time exactly when it has ended"
            )
        if (self.failure is not None) != (self.status is TrialStatus.FAILED):
            raise InvalidTrial(
                f"trial {self.number} is {self.status} but failure={self.failure}: "
                "exactly the failed trials have a failure"
            )
        if self.reward is None:
            return
        object.__setattr__(self, "reward", float(self.reward))  # an objective may give numpy's
        if self.status is not TrialStatus.COMPLETED or not math.isfinite(self.reward):
            raise InvalidTrial(
                f"trial {self.number} is {self.status} with reward {self.reward}: only a completed "
                "trial has a reward, and it is finite (None: infeasible)"
            )
