"""The search space of a config, or of a name on the command line."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from nas.config import LIMITS, Config
from nas.config_file import CONFIG
from nas.config_source import load_space_section, suggestion
from nas.errors import UsageError
from search_space.architecture import Architecture
from search_space.limited_space import LimitedSpace
from search_space.space import SearchSpace
from search_space.space_presets import SPACES
from search_space.spinenet_space import SpineNetSpace


def named_space(name: str) -> SpineNetSpace:
    """One of SPACES. Raises UsageError where there is none of that name."""
    if name not in SPACES:
        close = suggestion(name, sorted(SPACES))
        hint = close if close.startswith("did") else "`nas space` lists them"
        raise UsageError(f"no space {name!r}: {hint}")
    return SPACES[name]


def find_space(name: str) -> SpineNetSpace:
    """One of SPACES, or the [space] of a TOML file or of a run's config. Raises UsageError."""
    path = Path(name)
    config = path / CONFIG if path.is_dir() else path
    if name in SPACES or not config.is_file():
        return named_space(name)
    return make_space(load_space_section(str(config)))


def make_space(config: Config) -> SpineNetSpace:
    """The preset's space with the config's changes, but whatever its members cost.

    Raises UsageError, InvalidSpace.
    """
    changes = config.space.model_dump(exclude={"preset", *LIMITS}, exclude_none=True)
    if "intermediates" in changes:
        try:
            blocks = {int(level): count for level, count in changes["intermediates"].items()}
        except ValueError:
            raise UsageError(
                f"space.intermediates has levels {list(changes['intermediates'])}: write numbers, "
                "as in { 2 = 1, 3 = 3 }"
            ) from None
        if len(blocks) < len(changes["intermediates"]):
            raise UsageError(
                f"space.intermediates has levels {list(changes['intermediates'])}: give each once"
            )
        changes["intermediates"] = blocks
    for name in ("window", "level_order"):  # TOML has no null: 0 and [] stand for None
        if name in changes:
            changes[name] = changes[name] or None
    return replace(named_space(config.space.preset), **changes)


def limited(
    space: SpineNetSpace, cost: Callable[[Architecture], Mapping[str, float]], config: Config
) -> SearchSpace:
    """The space's members within the config's limits. InvalidSpace where hardly any is."""
    given = config.space.model_dump(include={*LIMITS}, exclude_none=True)
    limits = {name.removeprefix("max_"): limit for name, limit in given.items()}
    return LimitedSpace(space, cost, limits) if limits else space
