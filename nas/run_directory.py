"""A run on disk: `run.sqlite`, the memory of the search, and `config.toml`, what it ran."""

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nas.config import Config
from nas.config_file import write_search_config
from nas.config_source import check_config
from nas.errors import UsageError
from nas.stored_config import stored_config
from results import TrialStore
from results.errors import ResultsError
from results.imported_trial import ImportedTrial
from results.reranked import RERANKED
from results.shell_word import shell_word
from results.store_file import RUN_FILE

if TYPE_CHECKING:
    from nas.warm_start import WarmStart

# Entries of a store's meta that runs have whose trials no controller proposed.
DOCTOR, REPRODUCED, GATHERED = "doctor", "reproduced", "gathered"
PLANNED = {
    DOCTOR: "is a run of `nas doctor`: that command, typed again, goes on",
    RERANKED: "is what `nas rerank` trained of another run: give that run's directory",
    REPRODUCED: "holds networks that `nas reproduce` compares: that command, typed again, goes on",
    GATHERED: "is what benchmarks/spinebench.py trained: that command, typed again, goes on",
}


def default_run_directory(source: str) -> Path:
    """A new folder under `runs/`, named by preset and time."""
    stem = Path(source).stem
    return Path("runs") / f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}"


def refuse_occupied(directory: Path, another: str = "another --run-dir") -> None:
    """Raises UsageError where there is something already; `another` is a way out."""
    if not str(directory).isprintable():
        raise UsageError(f"directory {str(directory)!r}: choose a name of printable characters")
    if directory.exists() and (not directory.is_dir() or _holds_something(directory)):
        raise UsageError(f"{directory} exists already: {_way_on(directory, another)}")


def _holds_something(directory: Path) -> bool:
    """Whether there is more than a run that was stopped at its very beginning leaves."""
    names = {path.name for path in directory.iterdir()}
    return RUN_FILE in names or not all(name.startswith(RUN_FILE) for name in names)


def _way_on(directory: Path, another: str) -> str:
    another = f"{another} begins one"
    try:
        with TrialStore.open_read_only(directory) as store:
            doctors = DOCTOR in store.meta()
    except (ResultsError, OSError):
        return f"there is no run to go on with; {another}"
    if doctors:
        return f"it is a run of `nas doctor`; {another}"
    return f"`nas resume {shell_word(directory)}` goes on with a run, {another}"


def create_run(
    directory: Path,
    config: Config,
    warm: "WarmStart | None" = None,
    imported: Iterable[ImportedTrial] = (),
) -> TrialStore:
    """Make a run directory: the store first, so that what exists can always be resumed.

    `warm` is what `read_warm_start` found, where the config names runs to start from: they are not
    needed again. `imported` are trials that it has from the beginning. Raises UsageError where
    there is something already, or that is missing; StoreFull and its kin.
    """
    refuse_occupied(directory)
    if config.search.warm_start and warm is None:
        raise UsageError(
            "search.warm_start names runs whose trials were not read: give create_run what "
            "read_warm_start(config, parts.space, parts.objective) of nas.warm_start returns"
        )
    meta = {"config": json.dumps(config.as_dict())}
    if warm is None:
        store = TrialStore.create(directory, meta, imported=imported)
    else:
        store = TrialStore.create(directory, {**meta, **warm.meta}, warm.trials, imported)
    try:
        write_search_config(directory, config)
    except BaseException:
        store.close()
        raise
    return store


def open_run(directory: Path) -> tuple[TrialStore, Config]:
    """A run to go on with, and the config that it began with. Raises NotARun and its kin."""
    store = TrialStore.open(directory)
    try:
        refuse_planned(store, directory)
        return store, stored_config(store, directory)
    except BaseException:
        store.close()
        raise


def refuse_planned(store: TrialStore, directory: Path) -> None:
    """Raises UsageError for a run whose trials were planned: no controller proposed them."""
    meta = store.meta()
    for entry, what in PLANNED.items():
        if entry in meta:
            raise UsageError(f"{directory} {what}")


def extended(store: TrialStore, config: Config, trials: int) -> Config:
    """The same search with another number of trials. Raises UsageError below what is there."""
    if trials < (there := store.candidates()):
        raise UsageError(
            f"--trials {trials}: this run has {there} trials already; give at least that"
        )
    document = config.as_dict()
    document["search"]["trials"] = trials
    return check_config(document, "--trials")


def keep_config(directory: Path, store: TrialStore, config: Config) -> None:
    """Commits the config that a run goes on with."""
    store.set_meta("config", json.dumps(config.as_dict()))
    write_search_config(directory, config)
