"""The pump that needs nothing: evaluate one trial after another in this process."""

from collections.abc import Generator
from pathlib import Path

from nas.evaluation import assignment, evaluate_trial
from nas.trial_source import TrialSource
from proxy_tasks.task import ProxyTask
from results import Trial


def pump_local(
    source: TrialSource, task: ProxyTask, checkpoints: Path | None = None
) -> Generator[Trial]:
    """Finished trials as they come, until the source has no more to ask.

    `checkpoints`: the folder of paused trainings; without one, each trial trains from the start.
    """
    while (trial := source.ask()) is not None:
        yield source.tell(trial.number, evaluate_trial(task, assignment(trial, checkpoints)))
