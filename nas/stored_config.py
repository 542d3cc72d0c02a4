"""The config that a run keeps in its store."""

import json
from pathlib import Path

from nas.config import Config
from nas.config_source import check_config
from results import NotARun, TrialStore


def stored_config(store: TrialStore, directory: Path) -> Config:
    """What the run began with. Raises NotARun for a store without one, UsageError for a wrong one.

    `directory` is what the message calls the run.
    """
    try:
        document = json.loads(store.meta()["config"])
    except (KeyError, ValueError):
        raise NotARun(f"{directory} has no config in its store: it was not made by nas") from None
    return check_config(document, f"config of {directory}")
