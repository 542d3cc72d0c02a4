"""The folder of a run's paused trainings: what is of no more use leaves it."""

import re
from collections.abc import Generator, Iterable, Set
from contextlib import suppress
from pathlib import Path

from nas.errors import UsageError
from nas.evaluation import checkpoint_file
from nas.planned_study import PlannedStudy
from nas.study import Study
from results import Trial, TrialStore

CHECKPOINTS = "checkpoints"
CHECKPOINT = re.compile(r"\d+\.pt")
DRAFT = re.compile(r"\d+\.pt\.[0-9a-f]{32}\.draft")  # that a kill has left


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
        _remove(checkpoints, CHECKPOINT, wanted)
        yield trial
    if study.done:
        for name in (CHECKPOINT, DRAFT):
            _remove(checkpoints, name, set())
        with suppress(OSError):  # something of somebody else's is in it, or it is not there
            checkpoints.rmdir()


def checkpoint_folder(store: TrialStore) -> Path:
    """Of a run. Raises UsageError where it is a link: what is there may be another run's."""
    folder = store.path.parent / CHECKPOINTS
    if folder.is_symlink():
        raise UsageError(
            f"{folder} is a link: remove it, or keep the whole run directory where it points"
        )
    return folder


def _remove(checkpoints: Path, name: re.Pattern[str], wanted: Set[Path]) -> None:
    """Nothing else that somebody may keep there."""
    for file in checkpoints.glob("*"):
        if file not in wanted and name.fullmatch(file.name):
            with suppress(OSError):  # it costs its place, and no run
                file.unlink(missing_ok=True)
