"""A paused training as one file that is whole, and of the training asked for, or not used."""

import hashlib
import io
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from proxy_tasks.whole_file import write_whole

DIGEST = hashlib.sha256().digest_size  # bytes before torch's own: a file is used whole or not


@dataclass(frozen=True, slots=True, eq=False)
class TrainingState:
    """Everything that the rest of a training depends on, besides its recipe, seed and data.

    Args:
        step: so many batches of the stream are behind it.
        model, optimizer: their state dicts, moments included.
        losses: class and box loss of each step, `[step, 2]`.
        generators: states of torch's global generators, for each process that of the CPU and, where
            it trains on one, that of its GPU.
    """

    step: int
    model: dict[str, Any]
    optimizer: dict[str, Any]
    losses: Tensor
    generators: list[Tensor]


def save_checkpoint(state: TrainingState, identity: str, path: Path) -> None:
    """Whole or not at all. `identity`: text that says which training it is. Raises OSError."""
    content = io.BytesIO()
    values = {field.name: getattr(state, field.name) for field in fields(state)}
    torch.save({"identity": identity, **values}, content)
    payload = content.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, hashlib.sha256(payload).digest(), payload)


def load_checkpoint(path: Path, identity: str) -> TrainingState | None:
    """The state of a file of this identity; None where it is missing, damaged or another's.

    No pickle is executed: torch reads tensors and plain values only.
    """
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            return None
        content = path.read_bytes()
        if hashlib.sha256(content[DIGEST:]).digest() != content[:DIGEST]:
            return None
        values = torch.load(io.BytesIO(content[DIGEST:]), map_location="cpu", weights_only=True)
        if values.pop("identity") != identity:
            return None
        return TrainingState(**values)
    except Exception:  # torch raises almost anything for what is no file of its own
        return None


def training_identity(*parts: object) -> str:
    """A digest of values that their `repr` tells apart, such as recipes, a seed, a version."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()
