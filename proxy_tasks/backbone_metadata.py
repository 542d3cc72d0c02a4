"""What a file of weights says of its backbone: JSON, read with every entry checked."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from proxy_tasks.errors import InvalidWeights
from search_space.architecture import Architecture
from search_space.block_specs import from_json, to_json
from search_space.errors import SearchSpaceError
from search_space.scale import BackboneScale
from search_space.shown import shown


def metadata_text(
    architecture: Architecture, scale: BackboneScale, settings: Mapping[str, object]
) -> str:
    """The JSON that `read_metadata` reads; `settings` are its further entries."""
    document = {
        "architecture": json.loads(to_json(architecture)),
        "scale": asdict(scale),
        **settings,
        "key": architecture.key,
    }
    return json.dumps(document)


def read_metadata(
    text: str, settings: Iterable[str]
) -> tuple[Architecture, BackboneScale, dict[str, Any]]:
    """Architecture, scale and the values of `settings`, which are not checked.

    Raises InvalidWeights naming the entry that is wrong.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidWeights(f"it is no JSON: {error}") from error
    settings = list(settings)
    _check_names(document, ["architecture", "scale", *settings, "key"], "it")
    try:
        architecture = from_json(json.dumps(document["architecture"]))
    except (SearchSpaceError, RecursionError) as error:
        raise InvalidWeights(f"architecture: {error}") from error
    if document["key"] != architecture.key:
        raise InvalidWeights(
            f"key is {shown(document['key'])}, but that of its architecture is "
            f"{architecture.key}: one of them was changed"
        )
    scale = _scale(document["scale"])
    return architecture, scale, {name: document[name] for name in settings}


def _scale(entries: object) -> BackboneScale:
    known = fields(BackboneScale)
    checked = _check_names(entries, [field.name for field in known], "scale")
    for field in known:
        value, wanted = checked[field.name], type(field.default)
        if type(value) is not wanted and not (wanted is float and type(value) is int):
            kind = "whole number" if wanted is int else "number"
            raise InvalidWeights(f"scale: {field.name} is {shown(value)}: it is a {kind}")
    try:
        return BackboneScale(**checked)
    except SearchSpaceError as error:
        raise InvalidWeights(f"scale: {error}") from error


def _check_names(entries: object, known: list[str], where: str) -> dict[str, Any]:
    if not isinstance(entries, dict):
        raise InvalidWeights(f"{where} is {shown(entries)}: it is an object of {', '.join(known)}")
    for name in known:
        if name not in entries:
            raise InvalidWeights(f"{where} lacks {name}")
    for name in entries:
        if name not in known:
            raise InvalidWeights(
                f"{where} has an entry {shown(name)}: the entries are {', '.join(known)}"
            )
    return entries
