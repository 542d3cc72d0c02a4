"""Classes and functions named in a config: a short name, or "package.module:Name"."""

import importlib
import inspect
from collections.abc import Mapping
from typing import Any

from nas.config_source import suggestion
from nas.errors import UsageError, is_ours
from search_space.shown import shown


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
    errors of our rooms come through as they are.
    """
    factory = find_plugin(kind, name, built_in)
    ours = arguments.keys() & options.keys()
    if ours:
        raise UsageError(f"{kind} {name!r}: {', '.join(sorted(ours))} is no option, but set for it")
    given = {**arguments, **options}
    try:
        inspect.signature(factory).bind(**given)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{kind} {name!r} with options {shown(dict(options))}: {error}") from error
    try:
        return factory(**given)
    except (Exception, SystemExit) as error:
        if is_ours(error):
            raise
        way = f" with options {shown(dict(options))}" if options else ""
        raise UsageError(
            f"{kind} {name!r} cannot be made{way}: {type(error).__name__}: {error}"
        ) from error
