"""Libraries that only some commands need."""

from importlib import import_module
from types import ModuleType

from proxy_tasks.errors import MissingExtra


def import_extra(module: str, extra: str) -> ModuleType:
    """A module of a library that `pip install 'spinenas[extra]'` brings. Raises MissingExtra."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra(
            f"{module.partition('.')[0]} cannot be imported ({error}): "
            f"pip install 'spinenas[{extra}]'"
        ) from error
