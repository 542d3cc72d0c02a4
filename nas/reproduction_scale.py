"""How much of the paper's work a reproduction does: a TOML file by name, or one's own."""

import tomllib
from importlib import resources
from pathlib import Path

from pydantic import Field, ValidationError

from nas.config import Positive, Section
from nas.config_source import suggestion
from nas.errors import UsageError

MOST = 3  # mistakes that a message names


class Budget(Section):
    """Of a search: candidates, then further trainings of the race between its networks.

    `rerank_within`: of the race between those of at most SpineNet-49's multiply-adds.
    """

    trials: Positive
    rerank: Positive
    rerank_within: int = 0


class Scale(Section):
    """What is trained, and how.

    `config` and `search_config` are fields by dotted name, spelt as on the command line: of all
    runs, and of the two searches that are compared alone.
    """

    preset: str
    controller: str
    seeds: Positive
    search: Budget
    orders: Budget
    moved: Budget
    controller_options: dict[str, str] = Field(default_factory=dict)
    config: dict[str, str] = Field(default_factory=dict)
    search_config: dict[str, str] = Field(default_factory=dict)


def scale_names() -> list[str]:
    """The scales that come with spinenas."""
    folder = resources.files("nas") / "reproductions"
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name[-5:] == ".toml")


def load_scale(source: str) -> Scale:
    """A scale's name, or the path of a TOML file that says what those say. Raises UsageError."""
    try:
        return Scale.model_validate(tomllib.loads(_text(source)))
    except ValidationError as error:
        found = sorted(error.errors(), key=lambda one: one["type"] == "missing")
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:MOST])
        raise UsageError(f"{source}: {said}") from None
    except ValueError as error:
        raise UsageError(f"{source} is not TOML: {error}") from None


def _text(source: str) -> str:
    if source in (known := scale_names()):
        return (resources.files("nas") / "reproductions" / f"{source}.toml").read_text("utf-8")
    path = Path(source)
    if path.suffix != ".toml":
        raise UsageError(
            f"no scale {source!r}: {suggestion(source, known)} (a scale is one of "
            f"{', '.join(known)}; a file ends in .toml)"
        )
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no file: give a scale or a TOML file")
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error}): give a scale or a TOML file") from None
