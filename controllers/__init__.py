from controllers.controller import Controller
from controllers.errors import ControllerError, InvalidObservation, InvalidSetting, InvalidState
from controllers.random_search import RandomSearch
from controllers.regularized_evolution import RegularizedEvolution

__all__ = [
    "Controller",
    "ControllerError",
    "InvalidObservation",
    "InvalidSetting",
    "InvalidState",
    "RandomSearch",
    "RegularizedEvolution",
]
