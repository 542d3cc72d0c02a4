"""Block-spec files: published networks in both spellings, damaged as documents or as text."""

import json
from pathlib import Path
from random import Random
from typing import Any

from search_space.architecture import Architecture
from search_space.block_specs import from_json, to_json
from search_space.published import PUBLISHED
from tests.fuzz.command import nas, read
from tests.fuzz.engine import Case, Fault
from tests.fuzz.mutations import damaged_bytes, damaged_document

FILE = "network.json"
COMMANDS = (
    ["show", FILE], ["show", FILE, "--format", "svg"], ["show", FILE, "--format", "dot"],
    ["show", "spinenet-49", "--against", FILE], ["show", FILE, "--against", "r0-sp53", "--format",
    "json"],
    ["cost", FILE], ["cost", FILE, "--model", "backbone", "--format", "json"],
    ["cost", FILE, "--model-size", "spinenet-96", "--size", "512x640"],
    ["export", FILE, "--format", "block-specs"],
    ["evaluate", FILE, "smoke", "--task.name", "analytic", "--format", "json"],
)  # fmt: skip
TEXTS = (
    "[" * 100_000,
    '{"blocks":' * 5000,
    "[]",
    "{}",
    "",
    "null",
    "1e999",
    '{"blocks": []}',
    "NaN",
    '"x"',
)


def make_architectures(_home: Path) -> Case:
    """`nas show --format json` of a damaged file, and one other command on it."""
    documents: list[Any] = []
    for network in PUBLISHED.values():
        document = json.loads(to_json(network))
        fields = ("level", "block_fn", "inputs", "is_output")
        documents += [document, [[block[name] for name in fields] for block in document["blocks"]]]

    def case(rng: Random, folder: Path) -> bool:
        document = rng.choice(documents)
        if rng.random() < 0.65:
            document = damaged_document(document, rng)
        text = _text(document, rng)
        (folder / FILE).write_bytes(text)
        answer = nas(["show", FILE, "--format", "json"], folder)
        other = nas(rng.choice(COMMANDS), folder)
        if not answer.accepted:
            if other.code == 0:
                raise Fault("one command takes what another refuses")
            return False
        network = read(lambda: from_json(answer.output.decode()))
        if network is None:
            raise Fault("what is shown cannot be read")
        _check_same(network, json.loads(text.decode()))
        return True

    return case


def _text(document: Any, rng: Random) -> bytes:
    match rng.randrange(12):
        case 0 | 1 | 2:
            return damaged_bytes(json.dumps(document).encode(), rng)
        case 3:
            return rng.choice(TEXTS).encode()
        case 4 if rng.random() < 0.3:
            return json.dumps(document).encode(rng.choice(["utf-16", "utf-8-sig", "utf-32"]))
    try:
        return json.dumps(document, ensure_ascii=rng.random() < 0.5).encode(errors="surrogatepass")
    except ValueError:  # an integer of more than 4,300 digits
        return damaged_bytes(b"[1" + b"0" * 5000 + b"]", rng)


def _check_same(network: Architecture, document: Any) -> None:
    """What was read is what the file says, block by block; and it is a network."""
    rows = document["blocks"] if isinstance(document, dict) else document
    if len(rows) != len(network.blocks):
        raise Fault(f"{len(network.blocks)} blocks of {len(rows)}")
    for place, (row, block) in enumerate(zip(rows, network.blocks, strict=True)):
        if isinstance(row, dict):
            row = [row["level"], row["block_fn"], row["inputs"], row.get("is_output", False)]
        level, block_fn, inputs, is_output = row
        told = (block.level, block.block_fn, list(block.inputs), block.is_output)
        if told != (level, block_fn, sorted(inputs), is_output):
            raise Fault(f"block {place} is {told}, and {row} in the file")
        if not all(0 <= feature < place + 2 for feature in block.inputs):
            raise Fault(f"block {place} has inputs {block.inputs}")
        if type(is_output) is not bool or type(level) is not int:
            raise Fault(f"block {place} was taken as {row}")
    if isinstance(document, dict):
        for name in ("stem_levels", "output_levels"):
            if name in document and list(getattr(network, name)) != document[name]:
                raise Fault(f"{name} {getattr(network, name)} of {document[name]}")
