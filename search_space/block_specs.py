"""Architectures as JSON text."""

import json
from collections.abc import Mapping, Sequence

from search_space.architecture import (
    DEFAULT_STEM_LEVELS,
    MOBILE_STEM_LEVELS,
    Architecture,
)
from search_space.block import BlockSpec
from search_space.errors import InvalidArchitecture
from search_space.shown import shown

FIELDS = ("level", "block_fn", "inputs", "is_output")
DEFAULT_OUTPUT_LEVELS = (3, 4, 5, 6, 7)


def to_json(architecture: Architecture) -> str:
    """An object of blocks, stem_levels and output_levels, one block a line."""
    blocks = ",\n    ".join(
        json.dumps({name: getattr(block, name) for name in FIELDS}) for block in architecture.blocks
    )
    return (
        f'{{\n  "blocks": [\n    {blocks}\n  ],\n'
        f'  "stem_levels": {list(architecture.stem_levels)},\n'
        f'  "output_levels": {list(architecture.output_levels)}\n}}\n'
    )


def from_json(text: str) -> Architecture:
    """The architecture of `to_json`'s text, or of the official list of block specs.

    That list holds [level, type, [input, input], is_output] for every block. Without
    stem_levels, they are those of SpineNet, or of SpineNet-Mobile for MBConv blocks; without
    output_levels, they are those of the output blocks from 3 to 7, the official default: the
    sixteenth block of tensorflow/models' SpineNet-49 has no endpoint. Raises InvalidArchitecture.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidArchitecture(f"not JSON: {error}") from error
    if isinstance(document, list):
        document = {"blocks": document}
    if not isinstance(document, dict) or not isinstance(document.get("blocks"), list):
        raise InvalidArchitecture(
            'the text holds no block specs: give an object with a list "blocks", or the list alone'
        )
    _refuse_unknown(document, ("blocks", "stem_levels", "output_levels"), "the object")
    blocks = tuple(_block(row, f"block {i}") for i, row in enumerate(document["blocks"]))
    mobile = any(block.block_fn == "mbconv" for block in blocks)
    stem = list(MOBILE_STEM_LEVELS if mobile else DEFAULT_STEM_LEVELS)
    outputs = sorted({block.level for block in blocks if block.is_output})
    default = [level for level in outputs if level in DEFAULT_OUTPUT_LEVELS] or outputs
    default = default or list(DEFAULT_OUTPUT_LEVELS)
    return Architecture(
        blocks,
        _levels(document.get("stem_levels", stem), "stem_levels"),
        _levels(document.get("output_levels", default), "output_levels"),
    )


def _block(row: object, where: str) -> BlockSpec:
    if isinstance(row, list):
        if len(row) != len(FIELDS):
            raise InvalidArchitecture(
                f"{where} has {len(row)} entries: give [level, type, [input, input], is_output]"
            )
        row = dict(zip(FIELDS, row, strict=True))
    if not isinstance(row, dict):
        raise InvalidArchitecture(f"{where} is {shown(row)}: give an object or a list")
    _refuse_unknown(row, FIELDS, where)
    missing = [name for name in FIELDS[:3] if name not in row]
    if missing:
        raise InvalidArchitecture(f"{where} lacks {missing[0]}")
    inputs = row["inputs"]
    if not isinstance(inputs, list) or any(type(feature) is not int for feature in inputs):
        raise InvalidArchitecture(
            f"{where} has inputs {shown(inputs)}: give a list of two feature indices, 0 and 1 for "
            "the last two stem blocks and 2 + i for block i"
        )
    try:
        # The official lists do not sort a block's inputs, and their order means nothing.
        ordered = tuple(sorted(inputs))
        return BlockSpec(row["level"], row["block_fn"], ordered, row.get("is_output", False))
    except InvalidArchitecture as error:
        raise InvalidArchitecture(f"{where}: {error}") from error


def _levels(value: object, name: str) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise InvalidArchitecture(f"{name} is {shown(value)}: give a list of levels")
    return tuple(value)


def _refuse_unknown(row: Mapping[str, object], known: Sequence[str], where: str) -> None:
    for name in row:
        if name not in known:
            raise InvalidArchitecture(
                f"{where} has an entry {shown(name)}: the entries are {', '.join(known)}"
            )
