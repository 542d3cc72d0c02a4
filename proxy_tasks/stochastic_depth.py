"""Stochastic depth (arXiv 1603.09382): a branch is dropped for some images of a batch."""

import torch
from torch import Tensor, nn


class StochasticDepth(nn.Module):
    """In training, zeroes each image's `[B, ...]` with probability `rate` and scales up the rest.

    Draws from torch's global generator, as dropout does.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def extra_repr(self) -> str:
        return f"rate={self.rate:g}"

    @property
    def active(self) -> bool:
        """Whether it drops anything now."""
        return self.training and self.rate > 0

    def forward(self, x: Tensor) -> Tensor:
        if not self.active:
            return x
        keep = 1 - self.rate
        shape = [x.shape[0]] + [1] * (x.dim() - 1)
        kept = torch.rand(shape, dtype=x.dtype, device=x.device) < keep
        return x * kept / keep


def block_drop_rate(rate: float, position: int, num_blocks: int) -> float:
    """Rate of scale-permuted block `position`: rising to `rate` at the last; the stem has none.

    Official `get_stochastic_depth_rate` of tensorflow/models official/vision.
    """
    return rate * (position + 1) / num_blocks
