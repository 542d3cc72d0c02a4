"""Batch norms taken into the convolutions before them, for a network that is only used."""

import copy

import torch
from torch import nn

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.layers import ConvNorm


def fold_norms(backbone: SpineNetBackbone) -> SpineNetBackbone:
    """A copy in eval mode, equal up to rounding, with a bias in each batch norm's place.

    In eval mode a batch norm is one factor and one offset a channel. Group norms stay.
    """
    folded = copy.deepcopy(backbone).eval().requires_grad_(False)
    for layer in folded.modules():
        if isinstance(layer, ConvNorm) and isinstance(
            layer.norm, nn.BatchNorm2d | nn.SyncBatchNorm
        ):
            _fold(layer.conv, layer.norm)
            layer.norm = nn.Identity()
    return folded


def _fold(conv: nn.Conv2d, norm: nn.BatchNorm2d | nn.SyncBatchNorm) -> None:
    assert norm.running_mean is not None and norm.running_var is not None
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    offset = norm.bias - norm.running_mean * factor
    if conv.bias is not None:
        offset = offset + conv.bias * factor
    conv.weight.copy_(conv.weight * factor[:, None, None, None])
    conv.bias = nn.Parameter(offset, requires_grad=False)
