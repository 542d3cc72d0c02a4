"""The names that a config has, found by walking its types."""

from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from types import UnionType
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from nas.config import Config


def fields(model: type[Any] = Config, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every field as a dotted name with its type: `("search.trials", int)`, ..."""
    for name, kind in get_type_hints(model).items():
        if name.startswith(("model_", "_")) and issubclass(model, BaseModel):
            continue  # pydantic's own
        if get_origin(kind) is ClassVar:
            continue
        section = _section(kind)
        if section is not None:
            yield from fields(section, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", kind


def _section(kind: Any) -> type[Any] | None:  # noqa: ANN401 - any annotation
    """What a table of this type holds, which may be left out; None for other types."""
    if get_origin(kind) is UnionType:
        given = [one for one in get_args(kind) if one is not type(None)]
        return _section(given[0]) if len(given) == 1 else None
    if isinstance(kind, type) and (issubclass(kind, BaseModel) or is_dataclass(kind)):
        return kind
    return None


def names_beside(place: Sequence[int | str], model: type[Any] = Config) -> list[str]:
    """The names that there are where a name of this place stands, sections among them."""
    prefix = "".join(f"{part}." for part in place[:-1])
    inner = [name.removeprefix(prefix) for name in field_names(model) if name.startswith(prefix)]
    return list(dict.fromkeys(name.partition(".")[0] for name in inner))


def field_names(model: type[Any] = Config) -> list[str]:
    """All dotted names."""
    return [name for name, _ in fields(model)]


# Tables whose entries are free: arguments of plug-ins, resources, in a file block counts by level.
OPTION_TABLES = (
    "controller.options", "search.objective_options", "task.options", "resources.custom"
)  # fmt: skip
OPEN_TABLES = (*OPTION_TABLES, "space.intermediates")
