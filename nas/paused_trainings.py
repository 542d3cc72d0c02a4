"""The folder of a run's paused trainings: what is of no more use leaves it."""

import shutil
from collections.abc import Generator, Iterable
from pathlib import Path

from nas.evaluation import checkpoint_file
from nas.planned_study import PlannedStudy
from nas.study import Study
from results import Trial

CHECKPOINTS = "checkpoints"


def without_stale(
    trials: Iterable[Trial], study: Study | PlannedStudy, checkpoints: Path
) -> Generator[Trial]:
    """The trials as they come; a checkpoint goes when its continuation has ended.

    Those of candidates that are not promoted stay until nothing is left to do, as anybody may be
    promoted until then. A run that is extended later trains whom it promotes from the start.
    """
    for trial in trials:
        if trial.continues is not None:
            checkpoint_file(checkpoints, trial.continues).unlink(missing_ok=True)
        yield trial
    if study.done:
        shutil.rmtree(checkpoints, ignore_errors=True)
