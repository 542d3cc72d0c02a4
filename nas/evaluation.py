"""One evaluation as a value: metrics, or a classified failure. Nothing a candidate does escapes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nas.errors import place
from nas.escape_codes import without_escape_codes
from proxy_tasks.errors import CandidateFailure, DataError, Diverged
from proxy_tasks.task import MultiFidelityTask, ProxyTask
from results import Trial
from results.errors import InvalidTrial
from results.outcome import FailureKind, Outcome
from results.training_length import training_length
from search_space import Architecture

LONGEST_SAID = 800  # characters of an exception's message
MOST_READ = 10 * LONGEST_SAID  # of one that has escape codes in it


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
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # no plug-in ends the search, nor passes for a lost worker
        return Outcome.failed(*_classified(error))


def _classified(error: BaseException) -> tuple[FailureKind, str]:
    said = _said(error)
    match error:
        case Diverged() | InvalidTrial():  # the latter: a metric is not a finite number
            return FailureKind.DIVERGED, said
        case CandidateFailure():
            return FailureKind.CRASHED, said
        case DataError():
            return FailureKind.DATA_ERROR, said
        case MemoryError():
            return FailureKind.OUT_OF_MEMORY, said or "out of memory"
    # torch raises OutOfMemoryError on a GPU and RuntimeError from its CPU allocator.
    if type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in said:
        return FailureKind.OUT_OF_MEMORY, said
    return FailureKind.CRASHED, f"{type(error).__name__}: {said} ({place(error)})"


def _said(error: BaseException) -> str:
    """Its message as a terminal would show it: the beginning, so that the place is kept too."""
    try:
        text = without_escape_codes(str(error)[:MOST_READ])
    except Exception as fault:
        text = f"(its message raises {type(fault).__name__})"
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]} ..."
