"""One run or several, as a function on runs takes them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from results.errors import NotARun
from results.masked_columns import in_front, texts
from results.store_file import RUN_FILE
from results.trial_queries import TrialQueries
from results.trial_store import TrialStore

Run = Path | TrialStore
Runs = Run | Sequence[Run]


@contextmanager
def opened(run: Run, *, part: bool = False) -> Iterator[TrialStore]:
    """The store of a run, for as long as it is looked at. Raises NotARun, StoreDamaged."""
    if isinstance(run, TrialStore):
        yield run
        return
    with TrialStore.open_read_only(run, part=part) as store:
        yield store


def run_name(run: Run) -> str:
    """What a column `run` holds: the directory as it was given."""
    if isinstance(run, TrialStore):
        run = run.path.parent if run.path.name == RUN_FILE else run.path
    return str(run)


def refuse_texts(runs: object) -> None:
    """Raises NotARun for a text in place of a path, also among several."""
    for run in [runs] if isinstance(runs, str | Path | TrialQueries) else runs:  # type: ignore[attr-defined]
        if isinstance(run, str):
            raise NotARun(f"{run!r} is a text: give a pathlib.Path")


def of_each(runs: Runs, table: Callable[[Run], pd.DataFrame]) -> pd.DataFrame:
    """A run's table; of a sequence of runs their tables one below the other, with a column `run`
    in front. What a run has no column for is missing in its rows.

    Raises NotARun where there is none.
    """
    refuse_texts(runs)
    if isinstance(runs, Path | TrialStore):
        return table(runs)
    tables = [_named(table(run), run_name(run)) for run in runs]
    if not tables:
        raise NotARun("no run was given: name a directory that `nas search` made")
    return pd.concat(tables, ignore_index=True)


def _named(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return in_front(frame, "run", texts([name] * len(frame)))
