"""The processes that share a training, each with its part of every batch (torchrun).

A process alone needs nothing of this: every function is then the identity.
"""

from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor


def process_count() -> int:
    """How many processes train together."""
    return dist.get_world_size() if _together() else 1


def process_rank() -> int:
    """Which of them this is, from 0; the first writes and prints."""
    return dist.get_rank() if _together() else 0


def seed_own_generator(seed: int) -> None:
    """Let what is dropped by chance differ between processes that train together.

    The first keeps the generator that it has.
    """
    if rank := process_rank():
        torch.manual_seed(int(np.random.SeedSequence([seed, rank]).generate_state(1)[0]))


def sum_over_processes(values: Tensor) -> Tensor:
    """The sum of all processes' `values`, which are replaced; without gradient."""
    if _together():
        dist.all_reduce(values)
    return values


def differentiable_sum(values: Tensor) -> Tensor:
    """The sum of all processes' `values`, through which the gradient of all losses flows."""
    if not _together():
        return values
    total: Tensor = _Sum.apply(values)  # type: ignore[no-untyped-call]
    return total


def gathered(value: object) -> list[Any]:
    """The `value` of every process, by rank."""
    if not _together():
        return [value]
    values: list[Any] = [None] * process_count()
    dist.all_gather_object(values, value)
    return values


class _Sum(torch.autograd.Function):
    """A value of one process is in the sum of all, and so in all of their losses."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:  # noqa: ANN401
        return sum_over_processes(values.clone())

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # noqa: ANN401
        return sum_over_processes(gradient.clone())


def _together() -> bool:
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1
