"""The controllers of a scorecard, with the options that they have of themselves."""

from controllers import Controller
from nas.compose import CONTROLLERS, REFERENCES
from nas.plugins import make_plugin
from nas.space_source import find_space
from proxy_tasks.errors import MissingExtra
from search_space import SearchSpace


def make_controller(name: str, space: SearchSpace, seed: int) -> Controller:
    """Raises UsageError where there is none of that name, or it cannot be made."""
    controller: Controller = make_plugin(
        "controller", name, CONTROLLERS, {}, space=space, seed=seed
    )
    return controller


def default_controllers(space: str) -> tuple[tuple[str, ...], list[str]]:
    """Ours and the references that are installed; a line for each that is not."""
    names = [name for name in CONTROLLERS if name not in REFERENCES]
    remarks = []
    for name in REFERENCES:
        try:
            make_controller(name, find_space(space), 0)
        except MissingExtra as error:
            remarks.append(f"{name} is left out: {error}")
        else:
            names.append(name)
    return tuple(names), remarks
