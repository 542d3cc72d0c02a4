"""Where a config comes from: a preset or a TOML file, then values given on the command line."""

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from nas.config import LIMITS, Config, Section
from nas.config_fields import OPEN_TABLES, field_names, fields, names_beside
from nas.errors import UsageError
from search_space.shown import shown

PRESETS = "presets"  # the folder of this package, and in the singular what one of its files is
WHOLE_CONFIG = "the config.toml of a run or nas/presets/quick.toml"
AnyConfig = TypeVar("AnyConfig", bound=Section)
# Names of plug-ins, and the tables that hold the options of each.
PLUGINS = {
    "controller.name": "controller.options",
    "search.objective": "search.objective_options",
    "task.name": "task.options",
}
# What pydantic calls a tuple and a mapping, in the words of TOML.
KINDS = {
    "tuple_type": 'give a list, as in [3, 4] or ["runs/a"]',
    "mapping_type": "give a table, as in { 3 = 2, 4 = 1 }",
    "missing": "it has too few values",
    "dict_type": "give a table, as in { 3 = 2, 4 = 1 }",
}


def preset_names(kind: str = PRESETS) -> list[str]:
    """The presets, or the files of another folder, that come with spinenas."""
    folder = resources.files("nas") / kind
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name[-5:] == ".toml")


def load_config(source: str, overrides: Mapping[str, str]) -> Config:
    """The config of a preset's name or a TOML file's path, changed by dotted names.

    Raises UsageError for an unknown preset, a file that cannot be read, an unknown name, or a
    value out of range.
    """
    document, where = read_document(source)
    return override_config(document, where, overrides)


def check_written(source: str, where: str, fields: Mapping[str, str]) -> None:
    """Whether a file's fields by dotted name change a preset into a config.

    Raises UsageError, in which the file `where` is to blame.
    """
    document, _ = read_document(source)
    override_document(document, where, fields)
    _refuse_unknown(document, where)
    check_config(document, where)


def override_config(document: dict[str, Any], where: str, overrides: Mapping[str, str]) -> Config:
    """The config of parsed TOML, which is changed by dotted names. Raises UsageError."""
    _refuse_unknown(document, where)
    _forget_options(document, overrides)
    override_document(document, where, overrides)
    return check_config(document, where, overrides)


def override_document(
    document: dict[str, Any],
    where: str,
    overrides: Mapping[str, str],
    model: type[Section] = Config,
) -> None:
    """Change parsed TOML of a model's fields by dotted names. Raises UsageError."""
    _refuse_unknown(document, where, model)
    texts = {name for name, kind in fields(model) if kind is str}
    if overrides.get("data.directory") == "":
        raise UsageError("--data is empty: name a folder, or leave the option out for scenes")
    for name, text in overrides.items():
        _set(document, name, text if name in texts else _parse(text))
    for name, kind in fields(model):
        if kind in (int, float) and isinstance(_get(document, name), bool):
            place = "command line" if name in overrides else where
            raise UsageError(f"{place}: {name} is a truth value: give a number")


def _forget_options(document: dict[str, Any], overrides: Mapping[str, str]) -> None:
    """Leaves out what was written for a plug-in or a space that the command line replaces."""
    for name, options in PLUGINS.items():
        if overrides.get(name) not in (None, _get(document, name)):
            section, _, table = options.partition(".")
            document.get(section, {}).pop(table, None)
    if overrides.get("space.preset") is not None:
        space = document.pop("space", {})
        document["space"] = {name: space[name] for name in LIMITS if name in space}


def load_space_section(source: str) -> Config:
    """A config that holds the [space] of a TOML file, which may have nothing else.

    Raises UsageError as `load_config` does.
    """
    theirs, where = read_document(source)
    _refuse_unknown(theirs, where)
    document, _ = read_document("smoke")
    return check_config({**document, "space": theirs.get("space", {})}, where)


def check_config(
    document: Mapping[str, Any], where: str, overrides: Mapping[str, str] | None = None
) -> Config:
    """A config of parsed TOML. Raises UsageError as `check_document` does."""
    return check_document(document, where, overrides, Config, WHOLE_CONFIG)


def check_document(
    document: Mapping[str, Any],
    where: str,
    overrides: Mapping[str, str] | None,
    model: type[AnyConfig],
    whole: str,
) -> AnyConfig:
    """A config of this model.

    Raises UsageError naming an unknown field, else what is missing, else the first wrong field.

    `overrides` came from the command line, which is then to blame, and not `where`; `whole` says
    where there is a config that has everything.
    """
    try:
        config = model.model_validate(document)
        _check_storable(config, where, overrides or ())
        return config
    except ValidationError as error:
        for wrong in error.errors():
            if wrong["type"] == "extra_forbidden":
                _refuse_name(wrong["loc"], where, overrides or (), model)
        first = error.errors()[0]
        missing = [
            ".".join(map(str, e["loc"]))
            for e in error.errors()
            if e["type"] == "missing" and isinstance(e["loc"][-1], str)
        ]
        if missing:
            raise UsageError(
                f"{where}: {', '.join(missing)} missing: begin with a copy of a whole config, such "
                f"as {whole}"
            ) from None
        # What is missing now is of a list.
        parts = first["loc"][:-1] if first["type"] == "missing" else first["loc"]
        name = ".".join(str(part) for part in parts)
        # Of a missing field, and of a section that contradicts itself, the input is a whole table.
        met = "" if isinstance(first["input"], dict) else f" is {shown(first['input'])}"
        message = KINDS.get(first["type"], first["msg"].removeprefix("Value error, "))
        place = "command line" if _was_typed(name, overrides or ()) else where
        raise UsageError(f"{place}: {name}{met}: {message}") from None


def _refuse_name(
    place: tuple[int | str, ...], where: str, overrides: Collection[str], model: type[Section]
) -> NoReturn:
    name = ".".join(map(str, place))
    blamed = "command line" if _was_typed(name, overrides) else where
    hint = suggestion(str(place[-1]), names_beside(place, model))
    raise UsageError(f"{blamed}: unknown setting {shown(name)}: {hint}") from None


def _check_storable(config: Section, where: str, overrides: Collection[str]) -> None:
    """Refuse what TOML and SQLite cannot hold, and Python may not even print."""
    left: list[tuple[str, Any]] = [("", config.model_dump(mode="json", exclude_none=True))]
    while left:
        name, value = left.pop()
        problem = ""
        if isinstance(value, dict):
            left += [(f"{name}.{key}".removeprefix("."), inner) for key, inner in value.items()]
            problem = "".join(map(_unwritable, value))
        elif isinstance(value, list):
            left += [(name, inner) for inner in value]
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            problem = "a number of more than 64 bits"
        elif value is None:  # from JSON: TOML has no null
            problem = "a null"
        elif isinstance(value, str):
            problem = _unwritable(value)
        if problem:
            place = "command line" if _was_typed(name, overrides) else where
            raise UsageError(f"{place}: {shown(name)} has {problem}: no config holds that")


def _unwritable(text: str) -> str:
    """What UTF-8 has no bytes for, as of a file name in another encoding."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"the character {text[error.start]!r}"
    return ""


def _was_typed(name: str, overrides: Collection[str]) -> bool:
    """Whether a field, or the table or list that it is in, or a part of it, was an option."""
    field = f"{name}."
    return any(
        f"{given}.".startswith(field) or field.startswith(f"{given}.") for given in overrides
    )


def suggestion(word: str, known: list[str]) -> str:
    """A "did you mean" for a misspelt word, or the words there are."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return "there is " + ", ".join(known) if len(known) <= 12 else "see --help for what there is"


def read_document(source: str, kind: str = PRESETS) -> tuple[dict[str, Any], str]:
    """Parsed TOML of a file, or of a name in the folder `kind`, and what to call it.

    Raises UsageError.
    """
    known, one = preset_names(kind), kind.removesuffix("s")
    if source in known:
        text = (resources.files("nas") / kind / f"{source}.toml").read_text("utf-8")
        return tomllib.loads(text), f"{one} {source}"
    path = Path(source)
    if path.suffix != ".toml":
        raise UsageError(
            f"no {one} {source!r}: {suggestion(source, known)} "
            f"(a {one} is one of {', '.join(known)}; a file ends in .toml)"
        )
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise UsageError(f"{path} is no file: give a {one} or a TOML file")
    try:
        return tomllib.loads(path.read_text("utf-8")), str(path)
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist: give a {one} or a TOML file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error}): give a TOML file") from None
    except RecursionError:
        raise UsageError(f"{path} is nested too deeply: give a config of tables") from None
    except ValueError as error:  # not TOML, or a number of thousands of digits
        raise UsageError(f"{path} is not TOML: {error}") from None


def _refuse_unknown(document: Mapping[str, Any], where: str, model: type[Section] = Config) -> None:
    known = field_names(model)
    sections = {name.split(".")[0] for name in known}
    try:
        leaves = list(_leaves(document))
    except RecursionError:
        raise UsageError(f"{where} is nested too deeply: give a config of tables") from None
    for name, is_table in leaves:
        if name.startswith(OPEN_TABLES) or name in known:
            continue
        if is_table and name in sections:
            continue
        moved = [there for there in known if there.split(".")[1:] == name.split(".")[1:]]
        hint = f"did you mean {moved[0]!r}?" if len(moved) == 1 else suggestion(name, known)
        raise UsageError(f"{where}: unknown setting {shown(name)}: {hint}")


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, bool]]:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{name}.")
        else:
            yield name, isinstance(value, Mapping)


def _get(document: Mapping[str, Any], name: str) -> object:
    value: object = document
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _set(document: dict[str, Any], name: str, value: Any) -> None:  # noqa: ANN401 - any TOML value
    *path, last = name.split(".")
    table = document
    for part in path:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            raise UsageError(f"--{name}: {part} is no table in the config that it changes")
    table[last] = value


def _parse(text: str) -> Any:  # noqa: ANN401 - any TOML value
    """A value in TOML's spelling (`[1, 2]`, `true`, `3e-2`), or the text itself."""
    try:
        document = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return document["value"] if len(document) == 1 else text
