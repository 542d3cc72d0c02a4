"""What is sent to the nodes of a cluster: this package, and the plug-ins that workers import."""

import sysconfig
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from nas.errors import ROOMS


def shipped_modules(plugins: Iterable[str]) -> list[str]:
    """Folders of the rooms, and of `package.module:Name` plug-ins that are not installed."""
    packages = [name.partition(":")[0].partition(".")[0] for name in plugins if ":" in name]
    found = [folder for name in (*ROOMS, *packages) if (folder := _folder(name)) is not None]
    installed = Path(sysconfig.get_paths()["purelib"])
    own = found[: len(ROOMS)]
    return [
        *own,
        *(each for each in found[len(ROOMS) :] if not Path(each).is_relative_to(installed)),
    ]


def _folder(package: str) -> str | None:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return str(Path(next(iter(spec.submodule_search_locations))))
