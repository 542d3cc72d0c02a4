"""What is sent to the nodes of a cluster: this package, and the plug-ins that workers import."""

import sysconfig
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from nas.errors import ROOMS


def shipped_modules(plugins: Iterable[str]) -> list[str]:
    """The rooms, and what `package.module:Name` plug-ins that are not installed are imported from.

    Folders of packages, and files of modules that are in none.
    """
    own = [place for name in ROOMS if (place := _place(name)) is not None]
    tops = [name.partition(":")[0].partition(".")[0] for name in plugins if ":" in name]
    found = [place for name in tops if (place := _place(name)) is not None]
    return [*own, *(place for place in found if place not in own and not _is_installed(place))]


def _place(name: str) -> str | None:
    spec = find_spec(name)
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return str(Path(next(iter(spec.submodule_search_locations))))
    return spec.origin if spec.has_location and (spec.origin or "").endswith(".py") else None


def _is_installed(place: str) -> bool:
    """Of every node it is expected to have the same Python, and what was installed there."""
    paths = sysconfig.get_paths()
    return any(Path(place).is_relative_to(paths[key]) for key in ("stdlib", "purelib", "platlib"))
