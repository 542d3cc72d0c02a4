"""The names that a config has, found by walking its types."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any, ClassVar, get_origin, get_type_hints

from pydantic import BaseModel

from nas.config import Config


def fields(model: type[Any] = Config, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every field as a dotted name with its type: `("search.trials", int)`, ..."""
    for name, kind in get_type_hints(model).items():
        if name.startswith(("model_", "_")) and issubclass(model, BaseModel):
            continue  # pydantic's own
        if get_origin(kind) is ClassVar:
            continue
        if isinstance(kind, type) and (issubclass(kind, BaseModel) or is_dataclass(kind)):
            yield from fields(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", kind


def field_names(model: type[Any] = Config) -> list[str]:
    """All dotted names."""
    return [name for name, _ in fields(model)]


# Tables whose entries are free: arguments of plug-ins, resources, in a file block counts by level.
OPTION_TABLES = (
    "controller.options", "search.objective_options", "task.options", "resources.custom"
)  # fmt: skip
OPEN_TABLES = (*OPTION_TABLES, "space.intermediates")
