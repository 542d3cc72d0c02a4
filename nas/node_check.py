"""What a machine lacks that a worker will ask for."""

import os
from pathlib import Path

from nas.compose import cache_directory
from nas.config import Config


def missing_here(config: Config, checkpoints: Path | None = None) -> str | None:
    """The first path of a search that is not on this machine, and why it is asked for; or None."""
    section = config.data
    if config.task.name == "detection" and section.directory:
        directory = Path(section.directory)
        names = (section.images, section.train, *(() if section.holdout else (section.reward,)))
        for path in (directory, *(directory / name for name in names)):
            if not os.access(path, os.R_OK):
                return f"{path} is not there, or cannot be read (data.directory)"
    if config.task.name == "detection":
        cache = cache_directory(config)
        there = next(path for path in (cache, *cache.parents) if path.exists())
        if not os.access(there, os.W_OK | os.X_OK):
            return f"{cache} cannot be written (data.cache)"
    if checkpoints is not None and not os.access(checkpoints.parent, os.W_OK | os.X_OK):
        return (
            f"{checkpoints.parent} cannot be written: with rungs the run directory has to be on a "
            "disk that all nodes share"
        )
    return None
