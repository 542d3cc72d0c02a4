"""Trainings from the first to the last, showing how they go."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

from rich.console import Console

from nas.committed_study import CommittedStudy
from nas.failure_summary import failure_line, failures
from nas.progress import ProgressCounter
from nas.progress_view import NameOf, nameless, progress_view
from results import Trial, TrialStore


def drive(
    trainings: AbstractContextManager[tuple[CommittedStudy, Iterator[Trial]]],
    console: Console,
    what: str,
) -> None:
    """All trainings of a study that are left."""
    with trainings as (study, trials):
        if not study.done:
            watch(study.store, study.total, trials, console, what, study.name_of)


def watch(
    store: TrialStore,
    total: int,
    trials: Iterator[Trial],
    console: Console,
    what: str,
    name_of: NameOf = nameless,
) -> None:
    """Trials as they finish, up to `total` in the store; and how many failed."""
    counted = what.replace("trainings", "training", 1) if total == 1 else what
    console.print(f"{total} {counted}, in {store.path.parent}", soft_wrap=True, highlight=False)
    counter = ProgressCounter(total, store.candidates(ended=True), failures(store), store.best())
    with progress_view(console, counter.now(), name_of) as view:
        for trial in trials:
            view.show(counter.add(trial), trial)
    if (line := failure_line(store)) is not None:
        console.print(line, soft_wrap=True, highlight=False, markup=False)
