import random
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from proxy_tasks.group_norm_kernels import group_norm_backward, group_norm_forward

SAMPLES, ROWS, CHANNELS, GROUPS = 4, 16, 256, 16
CALLS = 3000  # with fastmath 12 to 40 in 100 had other bits, in each of 10 processes


def normalized(y: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    out, statistics = torch.empty_like(y), torch.empty(2, SAMPLES, GROUPS)
    group_norm_forward(
        y.data_ptr(), 0, out.data_ptr(), weight.data_ptr(), bias.data_ptr(),
        statistics.data_ptr(), SAMPLES, ROWS, CHANNELS, GROUPS, 1e-5, True,
    )  # fmt: skip
    return torch.cat([out.flatten(), statistics.flatten()])


def gradients(y: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    grad_y, grad_weight, grad_bias = (
        torch.empty_like(y),
        torch.zeros(CHANNELS),
        torch.zeros(CHANNELS),
    )
    statistics = torch.ones(2, SAMPLES, GROUPS)
    group_norm_backward(
        y.data_ptr(), y.data_ptr(), 0, grad_y.data_ptr(), 0, weight.data_ptr(), bias.data_ptr(),
        statistics.data_ptr(), grad_weight.data_ptr(), grad_bias.data_ptr(),
        SAMPLES, ROWS, CHANNELS, GROUPS, True,
    )  # fmt: skip
    return torch.cat([grad_y.flatten(), grad_weight, grad_bias])


@pytest.mark.parametrize("kernel", [normalized, gradients])
def test_a_norm_has_the_same_bits_wherever_its_tensors_lie(kernel: Callable[..., Tensor]) -> None:
    draw, generator = random.Random(0), torch.Generator().manual_seed(0)
    tensors = [torch.rand(size, generator=generator) for size in
               ((SAMPLES, ROWS, CHANNELS), (CHANNELS,), (CHANNELS,))]  # fmt: skip
    first = kernel(*tensors)
    for _ in range(CALLS):
        between = [torch.empty(draw.randrange(1, 3000)) for _ in range(draw.randrange(6))]
        assert torch.equal(first, kernel(*(tensor.clone() for tensor in tensors)))
        del between
