"""What W&B wrote of a run that is offline: its log has LevelDB's format."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BLOCK, HEAD, FIRST, LAST, FULL = 32768, 7, 2, 4, 1


def history(directory: Path) -> list[dict[str, str]]:
    """Of all sessions of a run, in their order: JSON by name, a dictionary a step."""
    from wandb.proto.wandb_internal_pb2 import Record

    found = []
    for file in sorted(directory.glob("wandb/offline-run-*/*.wandb")):
        for content in _records(file.read_bytes()):
            record: Any = Record.FromString(content)
            if record.HasField("history"):
                items = record.history.item
                found.append({"/".join(i.nested_key) or i.key: i.value_json for i in items})
    return found


def _records(content: bytes) -> Iterator[bytes]:
    """Checksum (4 bytes), length (2) and kind (1) before each piece, behind a head of the file."""
    place, whole = HEAD, b""
    while place + HEAD <= len(content):
        if BLOCK - place % BLOCK < HEAD:
            place += BLOCK - place % BLOCK
            continue
        length, kind = struct.unpack_from("<HB", content, place + 4)
        piece = content[place + HEAD : place + HEAD + length]
        whole = piece if kind in (FULL, FIRST) else whole + piece
        if kind in (FULL, LAST):
            yield whole
        place += HEAD + length
