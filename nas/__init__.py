"""Puts the rooms together: the loop of a search, its pumps, configs and the command line.

The loop and what it needs are imported when they are first used: `nas --help` needs none of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nas.errors import NasError, ReplayMismatch, UsageError, WorkersLost

if TYPE_CHECKING:
    from nas.compose import make_parts
    from nas.config_source import load_config
    from nas.ray_searcher import ControllerSearcher
    from nas.searcher_controller import SearcherController
    from nas.study import Objective, Study
    from nas.trained_detector import TrainedDetector, load_detector

__all__ = [
    "ControllerSearcher",
    "NasError",
    "Objective",
    "ReplayMismatch",
    "SearcherController",
    "Study",
    "TrainedDetector",
    "UsageError",
    "WorkersLost",
    "load_config",
    "load_detector",
    "make_parts",
]

_LATE = {
    "ControllerSearcher": "ray_searcher",
    "Objective": "study",
    "SearcherController": "searcher_controller",
    "Study": "study",
    "TrainedDetector": "trained_detector",
    "load_config": "config_source",
    "load_detector": "trained_detector",
    "make_parts": "compose",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
