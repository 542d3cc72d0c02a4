"""A search that goes on trial by trial, for those who look at it meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nas import load_config, make_parts
from nas.run_directory import create_run, open_run
from nas.search import search
from results import Trial

SETTINGS = {"search.pump": "local", "task.name": "analytic", "search.trials": "6"}


@contextmanager
def searching(directory: Path, **changes: str) -> Iterator[Iterator[Trial]]:
    """A run's trials as they end, of a new run or of one that goes on."""
    if directory.exists():
        store, config = open_run(directory)
    else:
        settings = {name.replace("__", "."): text for name, text in changes.items()}
        config = load_config("smoke", {**SETTINGS, **settings})
        store = create_run(directory, config)
    with store, search(config, make_parts(config), store) as (_, trials):
        yield trials
