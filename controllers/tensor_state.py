"""Tensors as plain JSON values."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from controllers.errors import InvalidState

_LITTLE_ENDIAN = np.dtype("<f4")


def tensor_to_json(tensor: Tensor) -> dict[str, Any]:
    """Shape and base64 of the float32 numbers, little-endian, in C order."""
    numbers = tensor.detach().numpy().astype(_LITTLE_ENDIAN)
    return {
        "shape": list(numbers.shape),
        "float32": base64.b64encode(numbers.tobytes()).decode("ascii"),
    }


def tensor_from_json(state: Any, shape: Sequence[int], name: str) -> Tensor:  # noqa: ANN401
    """Raises InvalidState unless `state` is a tensor of that shape, of finite numbers."""
    try:
        found = list(state["shape"])
        numbers = np.frombuffer(base64.b64decode(state["float32"], validate=True), _LITTLE_ENDIAN)
    except (TypeError, KeyError, ValueError, binascii.Error) as fault:
        raise _refusal(name, f"is no tensor ({fault})") from fault
    whole = all(type(length) is int for length in found)  # True == 1
    if not whole or found != list(shape) or numbers.size != np.prod(shape, dtype=np.int64):
        raise _refusal(name, f"has shape {found} and {numbers.size} numbers, not {list(shape)}")
    if not np.isfinite(numbers).all():
        raise _refusal(name, "holds numbers that are not finite")
    return torch.from_numpy(numbers.astype(np.float32).reshape(shape))


def _refusal(name: str, fault: str) -> InvalidState:
    return InvalidState(
        f"the state's {name} {fault}: replay the run's journal to a fresh controller instead"
    )
