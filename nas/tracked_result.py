"""A result as trackers are told it: numbers by name, and texts."""

from collections.abc import Mapping
from dataclasses import dataclass

from results import Trial
from results.training_length import training_length


@dataclass(frozen=True, slots=True)
class TrackedResult:
    """What became of a trial.

    Args:
        place: of the result in the run's journal, from 1; a trial that is tried again has a new
            one.
        trial: finished.
        best: the largest reward of a full training so far; None before there is one.
    """

    place: int
    trial: Trial
    best: float | None

    @property
    def numbers(self) -> Mapping[str, float]:
        """Metrics and cost, `reward` and `best_reward`; the reward of a part of a training is
        `reward_at_step_N`, as it compares with its like only.
        """
        trial = self.trial
        found = {"trial": float(trial.number), **trial.metrics}
        if trial.reward is not None:
            part = "" if is_whole(trial.fidelity) else f"_at_step_{_steps(trial.fidelity)}"
            found[f"reward{part}"] = trial.reward
        if self.best is not None:
            found["best_reward"] = self.best
        return found

    @property
    def texts(self) -> Mapping[str, str]:
        """Key, fidelity and status; where it failed the kind of failure and its message; where it
        takes another's training further that one's number.
        """
        trial = self.trial
        found = {"key": trial.key, "fidelity": trial.fidelity, "status": trial.status.value}
        if trial.failure is not None:
            found |= {"failure": trial.failure.kind.value, "message": trial.failure.message}
        if trial.continues is not None:
            found["continues"] = str(trial.continues)
        return found


def is_whole(fidelity: str) -> bool:
    """Whether a trial trains to the end."""
    return training_length(fidelity).share == 1


def _steps(fidelity: str) -> int:
    return training_length(fidelity).steps or 0
