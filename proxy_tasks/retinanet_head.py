"""The RetinaNet head: towers shared by all levels, each level with norms of its own."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from proxy_tasks.initialization import initialize_convolutions
from proxy_tasks.layers import (
    ACTIVATIONS,
    NORMALIZATIONS,
    Conv,
    PointwiseConv,
    SeparableConv,
    conv_norm,
    convolved,
)
from search_space.scale import HeadScale

# Probability that an untrained head gives each class (RetinaNet section 4.1).
PRIOR = 0.01
TOWER_STD, PREDICTOR_STD = 0.01, 1e-5  # official initial weights


class Tower(nn.Module):
    """`num_convs` 3x3 convolutions shared by levels; one norm per level and per convolution."""

    def __init__(
        self,
        levels: list[int],
        in_channels: int,
        scale: HeadScale,
        normalization: str,
        activation: str,
    ) -> None:
        super().__init__()
        widths = [in_channels] + [scale.filters] * scale.num_convs
        self.convs = nn.ModuleList(
            head_conv(before, after, 3, separable=scale.separable)
            for before, after in pairwise(widths)
        )
        self.norms = nn.ModuleDict(
            {
                str(level): nn.ModuleList(
                    NORMALIZATIONS[normalization](scale.filters) for _ in self.convs
                )
                for level in levels
            }
        )
        self.activation = ACTIVATIONS[activation]

    def forward(self, x: Tensor, level: int) -> Tensor:
        norms = self.norms[str(level)]
        assert isinstance(norms, nn.ModuleList)
        for conv, norm in zip(self.convs, norms, strict=True):
            x = conv_norm(x, conv, norm, self.activation)
        return x


class RetinaNetHead(nn.Module):
    """Maps `{level: [B, h, w, C]}` to class logits `[B, A, classes]` and codes `[B, A, 4]`.

    Anchors run finest level first, then row, column and anchor of the cell.
    `scale.shared_tower` lets one tower feed both predictors, and `predictor_kernel` may be 1:
    what a narrow proxy can afford. The paper has two towers and 3x3 predictors; SpineNet-Mobile's
    convolutions are `scale.separable`.
    """

    def __init__(
        self,
        levels: list[int],
        in_channels: int,
        scale: HeadScale,
        *,
        normalization: str = "batch_norm",
        activation: str = "relu",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.num_classes = scale.num_classes
        towers = 1 if scale.shared_tower else 2
        self.towers = nn.ModuleList(
            Tower(levels, in_channels, scale, normalization, activation) for _ in range(towers)
        )
        width = scale.filters if scale.num_convs else in_channels
        predicted = (scale.anchors_per_cell * scale.num_classes, scale.anchors_per_cell * 4)
        self.classes, self.boxes = (
            head_conv(width, channels, scale.predictor_kernel, separable=scale.separable)
            for channels in predicted
        )
        self._initialize(generator, separable=scale.separable)

    def _initialize(self, generator: torch.Generator | None, *, separable: bool) -> None:
        """Normal weights; separable towers as the backbone, or two narrow layers leave nothing."""
        if separable:
            initialize_convolutions(self, generator)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                predicts = layer is self.classes or layer is self.boxes
                if separable and not predicts:
                    continue
                std = PREDICTOR_STD if predicts else TOWER_STD
                nn.init.normal_(layer.weight, std=std, generator=generator)
                assert layer.bias is not None
                nn.init.zeros_(layer.bias)
        assert self.classes.bias is not None
        nn.init.constant_(self.classes.bias, -math.log((1 - PRIOR) / PRIOR))

    def forward(self, features: Mapping[int, Tensor]) -> tuple[Tensor, Tensor]:
        return self.gather(self.predict(features))

    def predict(self, features: Mapping[int, Tensor]) -> list[Tensor]:
        """What the predictors say of each level, finest first: classes, boxes, classes, ..."""
        maps = []
        for level, x in sorted(features.items()):
            by_class = self.towers[0](x, level)
            by_box = self.towers[1](x, level) if len(self.towers) == 2 else by_class
            maps += [convolved(by_class, self.classes), convolved(by_box, self.boxes)]
        return maps

    def gather(self, maps: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Logits and codes of all anchors, of what `predict` gives."""
        batch = len(maps[0])
        logits = [x.reshape(batch, -1, self.num_classes) for x in maps[::2]]
        codes = [x.reshape(batch, -1, 4) for x in maps[1::2]]
        return torch.cat(logits, 1), torch.cat(codes, 1)


def head_conv(in_channels: int, out_channels: int, kernel: int, *, separable: bool) -> nn.Conv2d:
    """A convolution with bias; a 1x1 is one already when separated."""
    if kernel == 1:
        return PointwiseConv(in_channels, out_channels, bias=True)
    if separable:
        return SeparableConv(in_channels, out_channels, kernel)
    return Conv(in_channels, out_channels, kernel, bias=True)
