"""A run on disk: `run.sqlite`, the memory of the search, and `config.toml`, what it ran."""

import json
import shlex
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w

from nas.config import Config
from nas.config_source import check_config
from nas.errors import UsageError
from nas.stored_config import stored_config
from results import TrialStore
from results.errors import ResultsError

if TYPE_CHECKING:
    from nas.warm_start import WarmStart

CONFIG = "config.toml"
DOCTOR = "doctor"  # the entry of a store's meta that a run of `nas doctor` has
HEADER = "# The effective config of this run: `{command}` repeats it.\n\n"


def default_run_directory(source: str) -> Path:
    """A new folder under `runs/`, named by preset and time."""
    stem = Path(source).stem
    return Path("runs") / f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}"


def refuse_occupied(directory: Path) -> None:
    """Raises UsageError where there is something already."""
    if not str(directory).isprintable():
        raise UsageError(f"--run-dir {str(directory)!r}: choose a name of printable characters")
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} exists already: {_way_on(directory)}")


def _way_on(directory: Path) -> str:
    another = "another --run-dir begins one"
    try:
        with TrialStore.open_read_only(directory) as store:
            doctors = DOCTOR in store.meta()
    except (ResultsError, OSError):
        return f"there is no run to go on with; {another}"
    if doctors:
        return f"it is a run of `nas doctor`; {another}"
    return f"`nas resume {directory}` goes on with a run, {another}"


def create_run(directory: Path, config: Config, warm: "WarmStart | None" = None) -> TrialStore:
    """Make a run directory: the store first, so that what exists can always be resumed.

    `warm` is what `read_warm_start` found, where the config names runs to start from: they are not
    needed again. Raises UsageError where there is something already, or that is missing;
    StoreFull and its kin.
    """
    refuse_occupied(directory)
    if config.search.warm_start and warm is None:
        raise UsageError(
            "search.warm_start names runs whose trials were not read: give create_run what "
            "read_warm_start(config, parts.space, parts.objective) of nas.warm_start returns"
        )
    meta = {"config": json.dumps(config.as_dict())}
    if warm is None:
        store = TrialStore.create(directory, meta)
    else:
        store = TrialStore.create(directory, {**meta, **warm.meta}, warm.trials)
    try:
        write_config(directory, config)
    except BaseException:
        store.close()
        raise
    return store


def open_run(directory: Path) -> tuple[TrialStore, Config]:
    """A run to go on with, and the config that it began with. Raises NotARun and its kin."""
    store = TrialStore.open(directory)
    try:
        if DOCTOR in store.meta():
            raise UsageError(
                f"{directory} is a run of `nas doctor`: that command, typed again, goes on with it"
            )
        return store, stored_config(store, directory)
    except BaseException:
        store.close()
        raise


def extend_budget(directory: Path, store: TrialStore, config: Config, trials: int) -> Config:
    """The same search with another number of trials. Raises UsageError below what is there."""
    if trials < (there := store.candidates()):
        raise UsageError(
            f"--trials {trials}: this run has {there} trials already; give at least that"
        )
    document = config.as_dict()
    document["search"]["trials"] = trials
    extended = check_config(document, "--trials")
    store.set_meta("config", json.dumps(document))
    write_config(directory, extended)
    return extended


def write_config(directory: Path, config: Config, doctor: Sequence[str] = ()) -> None:
    """The config for people to read and to repeat; the store has the one that counts.

    `doctor`: the options of a run of `nas doctor`, without its directory.
    """
    file = directory / CONFIG
    command, way_on = f"nas search {file}", f"`nas resume {directory}`"
    if doctor:
        words = ["nas", "doctor", str(file), *doctor, "--run-dir", str(directory)]
        command, way_on = shlex.join(words), "type the same command again"
    draft = file.with_suffix(".draft")
    try:
        draft.write_text(HEADER.format(command=command) + tomli_w.dumps(config.as_dict()), "utf-8")
        draft.replace(file)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written ({error.strerror}): mend that, then {way_on}"
        ) from error
