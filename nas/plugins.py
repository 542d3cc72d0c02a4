"""Classes and functions named in a config: a short name, or "package.module:Name"."""

import importlib
from collections.abc import Mapping
from typing import Any

from nas.config_source import suggestion
from nas.errors import UsageError


def find_plugin(kind: str, name: str, built_in: Mapping[str, str]) -> Any:  # noqa: ANN401
    """The object that a config names. Raises UsageError where there is none."""
    target = built_in.get(name, name)
    module_name, colon, attribute = target.partition(":")
    if not colon:
        known = sorted(built_in)
        raise UsageError(
            f"no {kind} {name!r}: {suggestion(name, known)} "
            f"(known: {', '.join(known)}; one of your own is written 'package.module:Name')"
        )
    try:
        return getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{kind} {name!r} cannot be imported: {error}") from error
