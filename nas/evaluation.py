"""One evaluation as a value: metrics, or a classified failure. Nothing a candidate does escapes."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from proxy_tasks.errors import CandidateFailure, DataError, Diverged
from proxy_tasks.task import MultiFidelityTask, ProxyTask
from results import Trial
from results.errors import InvalidTrial
from results.outcome import FailureKind, Outcome
from results.training_length import training_length
from search_space import Architecture


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a worker is given of a trial.

    Args:
        fidelity: of this trial, canonical; a task of one fidelity is not told.
        resume: the checkpoint of the trial that this one continues.
        pause: where to leave a checkpoint for the trial that may continue this one.
    """

    architecture: Architecture
    seed: int
    fidelity: str
    resume: Path | None = None
    pause: Path | None = None


def assignment(trial: Trial, checkpoints: Path | None = None) -> Assignment:
    """Where to pause is said only to a trial that ends before its training's last step."""
    resume = pause = None
    if checkpoints is not None and trial.continues is not None:
        resume = checkpoint_file(checkpoints, trial.continues)
    if checkpoints is not None and training_length(trial.fidelity).share < 1:
        pause = checkpoint_file(checkpoints, trial.number)
    return Assignment(trial.architecture, trial.seed, trial.fidelity, resume, pause)


def checkpoint_file(checkpoints: Path, number: int) -> Path:
    """Where a trial's training is paused."""
    return checkpoints / f"{number}.pt"


def evaluate_trial(task: ProxyTask, given: Assignment) -> Outcome:
    """The outcome of a trial, at its own fidelity where the task has more than one."""
    if not isinstance(task, MultiFidelityTask):
        return evaluate(task, given.architecture, given.seed)
    return attempt(
        lambda: task.evaluate_at(
            given.architecture,
            given.seed,
            given.fidelity,
            resume=given.resume,
            pause=given.pause,
        )
    )


def evaluate(task: ProxyTask, architecture: Architecture, seed: int) -> Outcome:
    """The outcome of one evaluation of a candidate."""
    return attempt(lambda: task.evaluate(architecture, seed))


def attempt(measure: Callable[[], Mapping[str, float]]) -> Outcome:
    """What was measured. Exceptions become failures; only KeyboardInterrupt passes."""
    try:
        return Outcome.success(measure())
    except Diverged as error:
        return Outcome.failed(FailureKind.DIVERGED, str(error))
    except CandidateFailure as error:
        return Outcome.failed(FailureKind.CRASHED, str(error))
    except DataError as error:
        return Outcome.failed(FailureKind.DATA_ERROR, str(error))
    except MemoryError as error:
        return Outcome.failed(FailureKind.OUT_OF_MEMORY, str(error) or "out of memory")
    except InvalidTrial as error:  # a metric is not a finite number
        return Outcome.failed(FailureKind.DIVERGED, str(error))
    except (Exception, SystemExit) as error:  # no plug-in ends the search
        # torch raises OutOfMemoryError on a GPU and RuntimeError from its CPU allocator.
        if type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error):
            return Outcome.failed(FailureKind.OUT_OF_MEMORY, str(error))
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        return Outcome.failed(FailureKind.CRASHED, f"{type(error).__name__}: {error} ({place})")
