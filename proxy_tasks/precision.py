"""In which number format a network multiplies."""

from contextlib import AbstractContextManager, nullcontext

import torch


def multiplying_in(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """A context: "bf16" halves memory and uses tensor cores; weights and gradients stay float32.

    Convolutions and matrix products run in bf16, what needs the digits (losses) does not. It has
    float32's range, so gradients need no scaling. "float32" changes nothing.
    """
    if precision == "bf16":
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()
