"""Initial weights, drawn from one generator in the order of the modules."""

import torch
from torch import nn

from proxy_tasks.blocks import Bottleneck, Residual
from proxy_tasks.mbconv import MBConv

# The standard deviation of a unit normal cut at two standard deviations.
TRUNCATED_NORMAL_STD = 0.87962566103423978


def initialize_convolutions(module: nn.Module, generator: torch.Generator | None) -> None:
    """Fan-in truncated normal and zero biases: TensorFlow's default, which the official code uses.

    The stem comes first, so two architectures with one seed start from the same stem.
    """
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            std = layer.weight[0].numel() ** -0.5 / TRUNCATED_NORMAL_STD
            nn.init.trunc_normal_(layer.weight, std=std, a=-2 * std, b=2 * std, generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def zero_last_norms(module: nn.Module) -> None:
    """Let every block start as the identity (Goyal et al. 2017, arXiv 1706.02677, section 5.1)."""
    for block in module.modules():
        if isinstance(block, Bottleneck | Residual | MBConv) and block.last_norm is not None:
            weight = block.last_norm.weight
            assert isinstance(weight, torch.Tensor)
            nn.init.zeros_(weight)
