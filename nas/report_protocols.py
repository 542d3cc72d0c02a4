"""Which runs of a report were not trained and scored as the first one was."""

from collections.abc import Sequence
from pathlib import Path

from nas.comparable_runs import first_difference
from nas.config import Config
from nas.errors import UsageError
from nas.stored_config import stored_config
from results import NotARun
from results.several_runs import Run, opened, run_name

OBJECTIVE = ("search.objective", "search.objective_options")


def differing_protocols(runs: Sequence[Run]) -> list[str]:
    """A sentence for each run whose rewards do not compare with those of the first.

    Also for one whose config is not known. Raises StoreDamaged.
    """
    (first, ours), *others = [(run_name(run), _config(run)) for run in runs]
    found = []
    for name, theirs in others:
        if ours is None or theirs is None:
            unknown = name if theirs is None else first
            found.append(f"{name}: what {unknown} was trained by is not known.")
        elif (difference := first_difference(theirs, ours, OBJECTIVE)) is not None:
            field, there, here = difference
            found.append(f"{name}: {field} is {there!r}, in {first} it is {here!r}.")
    return found


def _config(run: Run) -> Config | None:
    with opened(run, part=True) as store:
        try:
            return stored_config(store, Path(run_name(run)))
        except (NotARun, UsageError):
            return None
