"""Backbones as a training leaves them: every norm with statistics and scales of its own."""

import torch
from torch import nn

from proxy_tasks.backbone import SpineNetBackbone
from search_space import Architecture, BlockSpec
from search_space.scale import BackboneScale

NARROW = BackboneScale(filter_scale=0.125, endpoint_filters=16, stem_filters=16)
# A residual block up and down, a merged block and two outputs: quick to export.
SMALL = Architecture(
    (
        BlockSpec(4, "residual", (0, 1)),
        BlockSpec(3, "bottleneck", (0, 2)),
        BlockSpec(4, "residual", (1, 2)),
        BlockSpec(3, "bottleneck", (1, 2), True),
        BlockSpec(4, "residual", (2, 5), True),
    ),
    output_levels=(3, 4),
)


def trained(architecture: Architecture, **settings: str) -> SpineNetBackbone:
    generator = torch.Generator().manual_seed(5)
    backbone = SpineNetBackbone(architecture, NARROW, generator=generator, **settings)  # type: ignore[arg-type]
    draw_norms(backbone, generator)
    return backbone.eval()


def draw_norms(backbone: SpineNetBackbone, generator: torch.Generator) -> None:
    """Give every batch norm statistics, scales and offsets that are not the identity's."""
    for norm in backbone.modules():
        if isinstance(norm, nn.BatchNorm2d):
            assert norm.running_mean is not None and norm.running_var is not None
            with torch.no_grad():
                norm.weight.uniform_(-0.2, 1.5, generator=generator)
                norm.bias.normal_(0, 0.2, generator=generator)
            norm.running_mean.normal_(0, 0.2, generator=generator)
            norm.running_var.uniform_(0.5, 2, generator=generator)


def relative_errors(found: list[torch.Tensor], wanted: list[torch.Tensor]) -> list[float]:
    """Largest difference of each map over its largest value."""
    return [float((a - b).abs().max() / b.abs().max()) for a, b in zip(found, wanted, strict=True)]
