"""A search space named on the command line or in a config."""

from nas.config_source import suggestion
from nas.errors import UsageError
from search_space.space_presets import SPACES
from search_space.spinenet_space import SpineNetSpace


def find_space(name: str) -> SpineNetSpace:
    """The space of a preset's name. Raises UsageError where there is none."""
    if name not in SPACES:
        raise UsageError(
            f"no space {name!r}: {suggestion(name, sorted(SPACES))} (`nas space` lists them)"
        )
    return SPACES[name]
