"""The folder of a run's paused trainings: what is of no more use leaves it."""

import shutil
from collections.abc import Generator, Iterable
from contextlib import suppress
from pathlib import Path

from nas.evaluation import checkpoint_file
from nas.planned_study import PlannedStudy
from nas.study import Study
from results import Trial

CHECKPOINTS = "checkpoints"


def without_stale(
    trials: Iterable[Trial], study: Study | PlannedStudy, checkpoints: Path
) -> Generator[Trial]:
    """The trials as they come; the checkpoints that nobody is likely to ask for go.

    A search keeps those of the best 20 of each rung that wait for their promotion, besides what is
    in flight, and a doctor one for each architecture. With AdamW's moments each takes three times
    what the weights do. Whoever is promoted without one trains from the start, with the same
    result, as in a run that is extended later: when nothing is left to do all are gone.
    """
    for trial in trials:
        wanted = {checkpoint_file(checkpoints, number) for number in study.resumable}
        for file in checkpoints.glob("*.pt"):
            if file not in wanted:
                with suppress(OSError):  # it costs its place, and no run
                    file.unlink(missing_ok=True)
        yield trial
    if study.done:
        shutil.rmtree(checkpoints, ignore_errors=True)
