import base64
import json
from typing import Any

import numpy as np
import pytest
import torch

from controllers import InvalidState
from controllers.tensor_state import tensor_from_json, tensor_to_json


def test_a_tensor_comes_back_bit_for_bit() -> None:
    tensor = torch.tensor([[1 / 3, -0.0, 1e-45], [3.4e38, 1.0, -2.0]])
    state = json.loads(json.dumps(tensor_to_json(tensor)))
    found = tensor_from_json(state, (2, 3), "weights")
    assert torch.equal(found.view(torch.int32), tensor.view(torch.int32))


def test_numbers_are_little_endian_float32() -> None:
    state = tensor_to_json(torch.tensor([1.0]))
    assert base64.b64decode(state["float32"]) == b"\x00\x00\x80\x3f"  # IEEE 754: 0x3F800000


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        {"shape": [2]},
        {"shape": [2], "float32": "no base64!"},
        {"shape": [2], "float32": "AAAA"},
        {"shape": [3], "float32": tensor_to_json(torch.zeros(3))["float32"]},
        {"shape": [2], "float32": base64.b64encode(np.float32([0, np.nan]).tobytes()).decode()},
    ],
)
def test_what_is_no_such_tensor_is_refused_by_name(damaged: Any) -> None:
    with pytest.raises(InvalidState, match="weights"):
        tensor_from_json(damaged, (2,), "weights")


def test_a_shape_of_bools_is_refused() -> None:
    state = tensor_to_json(torch.zeros(1, 2))
    with pytest.raises(InvalidState, match="weights"):
        tensor_from_json({**state, "shape": [True, 2]}, (1, 2), "weights")
