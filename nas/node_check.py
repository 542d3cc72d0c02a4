"""What a machine lacks that a worker will ask for."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from nas.compose import TASKS, cache_directory
from nas.config import Config
from nas.data_fingerprint import data_fingerprint
from nas.errors import UsageError
from nas.plugins import find_plugin


@contextmanager
def node_check(
    config: Config, checkpoints: Path | None = None
) -> Iterator[Callable[[], str | None]]:
    """What to ask of nodes while this lasts: `missing_here`, compared with this machine.

    With `checkpoints`, the run directory beside them holds a file that all nodes have to see.
    """
    asked = partial(missing_here, config, data_fingerprint(config))
    if checkpoints is None:
        yield asked
        return
    with tempfile.NamedTemporaryFile(prefix=".shared-", dir=checkpoints.parent) as marker:
        yield partial(asked, Path(marker.name))


def missing_here(
    config: Config, fingerprint: str | None = None, marker: Path | None = None
) -> str | None:
    """What of a search is not on this machine, and why it is asked for; or None.

    `fingerprint`: of the search's data, where it began. `marker`: a file in the run directory that
    was made there.
    """
    return (
        _missing_task(config)
        or _missing_data(config, fingerprint)
        or (None if marker is None else _missing_run(marker))
    )


def _missing_task(config: Config) -> str | None:
    try:
        find_plugin("task", config.task.name, TASKS)
    except UsageError as error:
        return f"{error}: install it there"
    return None


def _missing_data(config: Config, fingerprint: str | None) -> str | None:
    section = config.data
    if config.task.name != "detection":
        return None
    if section.directory:
        directory = Path(section.directory)
        names = [section.images, section.train]
        if not section.holdout:
            names += [section.reward, section.reward_images or section.images]
        for path in (directory, *(directory / name for name in names)):
            if not os.access(path, os.R_OK):
                return f"{path} is not there, or cannot be read (data.directory)"
        if fingerprint is not None and data_fingerprint(config) != fingerprint:
            return (
                f"{directory} holds other annotations or images than where the search began: copy "
                "that data set there (data.directory)"
            )
    cache = cache_directory(config)
    there = next(path for path in (cache, *cache.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return f"{cache} cannot be written (data.cache)"
    return None


def _missing_run(marker: Path) -> str | None:
    run = marker.parent
    shared = "with rungs the run directory has to be on a disk that all nodes share"
    if not marker.exists():
        return f"{run} is not the search's run directory: {shared}"
    return None if os.access(run, os.W_OK | os.X_OK) else f"{run} cannot be written: {shared}"
