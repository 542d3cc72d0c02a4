"""The config that a run keeps in its store."""

import json
from pathlib import Path
from typing import Any

from nas.config import Config
from nas.config_source import check_config
from results import NotARun, StoreDamaged, TrialStore
from results.sqlite_faults import damaged


def stored_config(store: TrialStore, directory: Path) -> Config:
    """What the run began with.

    `directory` is what the message calls the run. Raises NotARun for a store without one,
    StoreDamaged for one that is no JSON, UsageError for a wrong one.
    """
    try:
        document = json.loads(store.meta()["config"])
    except KeyError:
        raise NotARun(f"{directory} has no config in its store: it was not made by nas") from None
    except (ValueError, RecursionError):
        raise StoreDamaged(damaged(store.path, "its config is no JSON")) from None
    return check_config(_renamed(document), f"config of {directory}")


def _renamed(document: Any) -> Any:  # noqa: ANN401 - what JSON may hold
    """With the names of today: `flip` stood in [training] before there was [augmentation]."""
    match document:
        case {"training": {"flip": flip, **training}, **others} if "augmentation" not in others:
            return {**others, "training": training, "augmentation": {"flip": flip}}
    return document
