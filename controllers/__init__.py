"""What proposes candidates. Names beyond the first two are imported when first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from controllers.controller import FIDELITY, NO_METRICS, Controller, Metrics
from controllers.errors import ControllerError, InvalidObservation, InvalidSetting, InvalidState
from controllers.random_search import RandomSearch
from controllers.regularized_evolution import RegularizedEvolution

if TYPE_CHECKING:
    from controllers.local_search import LocalSearch
    from controllers.nsga2 import NSGA2
    from controllers.ppo import PPO
    from controllers.predictor import Predictor
    from controllers.reinforce import Reinforce

__all__ = [
    "FIDELITY",
    "NO_METRICS",
    "NSGA2",
    "PPO",
    "Controller",
    "ControllerError",
    "InvalidObservation",
    "InvalidSetting",
    "InvalidState",
    "LocalSearch",
    "Metrics",
    "Predictor",
    "RandomSearch",
    "RegularizedEvolution",
    "Reinforce",
]

_LATE = {
    "LocalSearch": "controllers.local_search",
    "NSGA2": "controllers.nsga2",
    "PPO": "controllers.ppo",
    "Predictor": "controllers.predictor",
    "Reinforce": "controllers.reinforce",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATE[name]), name)
