"""A run on disk: `run.sqlite`, the memory of the search, and `config.toml`, what it ran."""

import json
import time
from pathlib import Path

import tomli_w

from nas.config import Config
from nas.config_source import check_config
from nas.errors import UsageError
from results import NotARun, TrialStore

STORE, CONFIG = "run.sqlite", "config.toml"
HEADER = "# The effective config of this run: `nas search {file}` repeats it.\n\n"


def default_run_directory(source: str) -> Path:
    """A new folder under `runs/`, named by preset and time."""
    stem = Path(source).stem
    return Path("runs") / f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}"


def refuse_occupied(directory: Path) -> None:
    """Raises UsageError where there is something already."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(
            f"{directory} exists already: `nas resume {directory}` goes on with a run, "
            "another --run-dir begins one"
        )


def create_run(directory: Path, config: Config) -> TrialStore:
    """Make a run directory. Raises UsageError where there is something already."""
    refuse_occupied(directory)
    text = HEADER.format(file=directory / CONFIG) + tomli_w.dumps(config.as_dict())
    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / CONFIG).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"{directory} cannot be written ({error.strerror}): choose another --run-dir"
        ) from error
    return TrialStore.create(directory / STORE, {"config": json.dumps(config.as_dict())})


def open_run(directory: Path) -> tuple[TrialStore, Config]:
    """A run to go on with, and the config that it began with. Raises NotARun and its kin."""
    store = TrialStore.open(directory)
    try:
        return store, _config(store, directory)
    except BaseException:
        store.close()
        raise


def extend_budget(store: TrialStore, config: Config, trials: int) -> Config:
    """The same search with another number of trials. Raises UsageError below what is there."""
    if trials < store.count():
        raise UsageError(
            f"--trials {trials}: this run has {store.count()} trials already; give at least that"
        )
    document = config.as_dict()
    document["search"]["trials"] = trials
    store.set_meta("config", json.dumps(document))
    return check_config(document, "--trials")


def _config(store: TrialStore, directory: Path) -> Config:
    try:
        document = json.loads(store.meta()["config"])
    except (KeyError, ValueError):
        raise NotARun(f"{directory} has no config in its store: it was not made by nas") from None
    return check_config(document, f"config of {directory}")
