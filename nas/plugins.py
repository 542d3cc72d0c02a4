"""Classes and functions named in a config: a short name, or "package.module:Name"."""

import difflib
import importlib
import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from nas.config_source import suggestion
from nas.errors import UsageError, is_ours
from search_space.shown import shown

# Where the options of each kind stand in a config.
TABLES: Final = {
    "controller": "controller.options",
    "objective": "search.objective_options",
    "task": "task.options",
}


def find_plugin(kind: str, name: str, built_in: Mapping[str, str]) -> Any:  # noqa: ANN401
    """The object that a config names. Raises UsageError where there is none."""
    target = built_in.get(name, name)
    module_name, colon, attribute = target.partition(":")
    if not colon:
        known = sorted(built_in)
        raise UsageError(
            f"no {kind} {name!r}: {suggestion(name, known)} "
            "(one of your own is written 'package.module:Name')"
        )
    try:
        return getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise UsageError(f"{kind} {name!r} cannot be imported: {error}") from error
    except (Exception, SystemExit) as error:  # whatever the module does when it is imported
        raise UsageError(
            f"{kind} {name!r} cannot be imported: {type(error).__name__}: {error}"
        ) from error


def make_plugin(
    kind: str,
    name: str,
    built_in: Mapping[str, str],
    options: Mapping[str, Any],
    **arguments: object,
) -> Any:  # noqa: ANN401 - whatever the config names
    """An instance of the class that a config names, from our `arguments` and the user's options.

    Raises UsageError for options that its constructor does not take, or for whatever it raises;
    errors of our rooms come through as they are, but those that begin with the name of an option.
    """
    factory = find_plugin(kind, name, built_in)
    ours = arguments.keys() & options.keys()
    if ours:
        raise UsageError(f"{kind} {name!r}: {', '.join(sorted(ours))} is no option, but set for it")
    _refuse_unknown(kind, name, options, takes(factory, arguments))
    given = {**arguments, **options}
    try:
        inspect.signature(factory).bind(**given)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{kind} {name!r} with options {shown(dict(options))}: {error}") from error
    try:
        return factory(**given)
    except (Exception, SystemExit) as error:
        if is_ours(error):
            if str(error).partition(" ")[0] in options:
                raise UsageError(f"{TABLES[kind]}.{error}") from error
            raise
        way = f" with options {shown(dict(options))}" if options else ""
        raise UsageError(
            f"{kind} {name!r} cannot be made{way}: {type(error).__name__}: {error}"
        ) from error


def takes(factory: Callable[..., object], ours: Collection[str]) -> dict[str, Any] | None:
    """The options of a class or function and their defaults, without our arguments.

    None where it takes any, or does not say.
    """
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return None
    named = [one for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    return {one.name: one.default for one in named if one.name not in ours}


def _refuse_unknown(
    kind: str, name: str, options: Collection[str], known: Collection[str] | None
) -> None:
    for option in options:
        if known is None or option in known:
            continue
        close = difflib.get_close_matches(option, known, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        there = f"its options are {', '.join(known)}" if known else "it takes none"
        raise UsageError(
            f"{TABLES[kind]}.{option}: {kind} {name!r} has no such option: {hint}{there}"
        )
