"""Trials that were decided beforehand: what `Study` is to a controller, to a plan."""

from collections.abc import Sequence
from typing import Unpack

from nas.committed_study import Commitments, CommittedStudy, PlannedTrial
from nas.study import trial_seed
from results import TrialStatus


class PlannedStudy(CommittedStudy):
    """A list of trials and the store they are committed to.

    The trial with number i is `plan[i]`, with a seed of its own: an architecture that is planned
    several times is evaluated as often. One that continues another has its seed, and waits for its
    end; where that failed it is tried all the same, from the start.
    """

    def __init__(
        self, *, plan: Sequence[PlannedTrial], seed: int, **given: Unpack[Commitments]
    ) -> None:
        super().__init__(len(plan), **given)
        self.plan, self.seed = plan, seed

    @property
    def resumable(self) -> set[int]:
        """Numbers of the trials that one which has not ended continues."""
        ahead = {planned.continues for planned in self.plan[self._next :]}
        out = {trial.continues for trial in self.store.running()}
        return {number for number in ahead | out if number is not None}

    def _decide(self) -> tuple[PlannedTrial, int] | None:
        planned = self.plan[self._next]
        if planned.continues is None:
            return planned, trial_seed(self.seed, self._next)
        before = self.store.trial(planned.continues)
        return None if before.status is TrialStatus.RUNNING else (planned, before.seed)
