"""A search space named in a config, or on the command line."""

from pathlib import Path

from nas.config_source import load_space_section, suggestion
from nas.errors import UsageError
from nas.run_directory import CONFIG
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
    from nas.compose import make_space

    return make_space(load_space_section(str(config)))
