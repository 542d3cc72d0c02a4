"""The heads of Mask R-CNN as the official configs build them, in torchvision's places.

torchvision's own have no norm in the region proposal network, on the hidden layer or after the
transposed convolution, and no bias before a norm; with these the parameters are the published
ones. Source: tensorflow/tpu models/official/detection modeling/architecture/heads.py. Maps and
crops come and go as `[N, C, h, w]`, as torchvision has them; inside they are NHWC.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from proxy_tasks.layers import ACTIVATIONS, NORMALIZATIONS, Conv, ConvNorm, PointwiseConv
from proxy_tasks.retinanet_head import Tower
from search_space.scale import HeadScale, MaskRCNNScale

BOX_CROP, MASK_CROP = 7, 14  # cells a side that RoIAlign cuts out
PROPOSAL_STD, CLASS_STD, BOX_STD = 0.01, 0.01, 0.001  # official initial weights


class ProposalHead(nn.Module):
    """Region proposal network: maps -> objectness `[B, A, h, w]` and codes `[B, 4A, h, w]` of each.

    Convolutions are shared by the levels, norms are not.
    """

    def __init__(
        self,
        levels: list[int],
        in_channels: int,
        scale: MaskRCNNScale,
        normalization: str,
        activation: str,
    ) -> None:
        super().__init__()
        self.levels = levels
        convs = HeadScale(num_convs=scale.rpn_convs, filters=scale.rpn_filters)
        self.tower = Tower(levels, in_channels, convs, normalization, activation)
        width = scale.rpn_filters if scale.rpn_convs else in_channels
        self.scores = PointwiseConv(width, scale.anchors_per_cell, bias=True)
        self.boxes = PointwiseConv(width, 4 * scale.anchors_per_cell, bias=True)

    def initialize(self, generator: torch.Generator | None) -> None:
        """Draw the official initial weights."""
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                normal(layer, PROPOSAL_STD, generator)

    def forward(self, maps: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        scores, codes = [], []
        for level, x in zip(self.levels, maps, strict=True):
            x = self.tower(x.permute(0, 2, 3, 1), level)
            scores.append(self.scores(x).permute(0, 3, 1, 2))
            codes.append(self.boxes(x).permute(0, 3, 1, 2))
        return scores, codes


class CropTower(nn.Module):
    """3x3 convolutions with norms on crops `[N, C, h, w]`."""

    def __init__(
        self, num_convs: int, in_channels: int, filters: int, normalization: str, activation: str
    ) -> None:
        super().__init__()
        widths = [in_channels] + num_convs * [filters]
        self.out_channels = widths[-1]
        self.convs = nn.Sequential()
        for before, after in pairwise(widths):
            conv = Conv(before, after, 3, bias=True)
            self.convs.append(ConvNorm(conv, normalization, activation))

    def initialize(self, generator: torch.Generator | None) -> None:
        """Draw the official initial weights."""
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                normal(layer, fan_out_std(layer), generator)

    def forward(self, crops: Tensor) -> Tensor:
        x: Tensor = self.convs(crops.permute(0, 2, 3, 1))
        return x.permute(0, 3, 1, 2)


class BoxHead(nn.Module):
    """Crops `[N, C, 7, 7]` -> `[N, box_hidden]`: convolutions, then one hidden layer."""

    def __init__(self, tower: CropTower, hidden: int, normalization: str, activation: str) -> None:
        super().__init__()
        self.tower = tower
        self.hidden = nn.Linear(BOX_CROP**2 * tower.out_channels, hidden)
        self.norm = NORMALIZATIONS[normalization](hidden)
        self.activation = ACTIVATIONS[activation]

    def initialize(self, generator: torch.Generator | None) -> None:
        """Draw the official initial weights."""
        self.tower.initialize(generator)
        nn.init.xavier_uniform_(self.hidden.weight, generator=generator)
        nn.init.zeros_(self.hidden.bias)

    def forward(self, crops: Tensor) -> Tensor:
        x = self.hidden(self.tower(crops).flatten(1))
        return self.activation(self.norm(x[:, None, None, :])[:, 0, 0, :])


class BoxPredictor(nn.Module):
    """`[N, box_hidden]` -> class logits `[N, classes]` and a code a class `[N, 4 classes]`."""

    def __init__(self, hidden: int, num_classes: int) -> None:
        super().__init__()
        self.classes = nn.Linear(hidden, num_classes)
        self.boxes = nn.Linear(hidden, 4 * num_classes)

    def initialize(self, generator: torch.Generator | None) -> None:
        """Draw the official initial weights."""
        normal(self.classes, CLASS_STD, generator)
        normal(self.boxes, BOX_STD, generator)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.classes(x), self.boxes(x)


class MaskPredictor(nn.Module):
    """`[N, C, 14, 14]` -> mask logits a class `[N, classes, 28, 28]`."""

    def __init__(
        self, in_channels: int, filters: int, num_classes: int, normalization: str, activation: str
    ) -> None:
        super().__init__()
        self.upsample = nn.ConvTranspose2d(in_channels, filters, 2, stride=2)
        self.norm = NORMALIZATIONS[normalization](filters)
        self.activation = ACTIVATIONS[activation]
        self.masks = PointwiseConv(filters, num_classes, bias=True)

    def initialize(self, generator: torch.Generator | None) -> None:
        """Draw the official initial weights."""
        normal(self.upsample, fan_out_std(self.upsample), generator)
        normal(self.masks, fan_out_std(self.masks), generator)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.upsample(x).permute(0, 2, 3, 1))
        masks: Tensor = self.masks(self.activation(x))
        return masks.permute(0, 3, 1, 2)


def make_heads(
    levels: list[int],
    in_channels: int,
    scale: MaskRCNNScale,
    normalization: str = "batch_norm",
    activation: str = "relu",
    generator: torch.Generator | None = None,
) -> dict[str, nn.Module]:
    """All heads with their initial weights, by torchvision's names for them."""
    style = (normalization, activation)
    boxes = CropTower(scale.box_convs, in_channels, scale.box_filters, *style)
    masks = CropTower(scale.mask_convs, in_channels, scale.mask_filters, *style)
    width, classes = masks.out_channels, scale.num_classes
    heads: dict[str, ProposalHead | BoxHead | BoxPredictor | CropTower | MaskPredictor] = {
        "rpn_head": ProposalHead(levels, in_channels, scale, *style),
        "box_head": BoxHead(boxes, scale.box_hidden, *style),
        "box_predictor": BoxPredictor(scale.box_hidden, classes),
        "mask_head": masks,
        "mask_predictor": MaskPredictor(width, scale.mask_filters, classes, *style),
    }
    for head in heads.values():
        head.initialize(generator)
    return dict(heads)


def fan_out_std(layer: nn.Conv2d | nn.ConvTranspose2d) -> float:
    """Standard deviation that keeps the gradients' variance behind a ReLU (arXiv 1502.01852)."""
    return math.sqrt(2 / (math.prod(layer.kernel_size) * layer.out_channels))


def normal(
    layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d,
    std: float,
    generator: torch.Generator | None,
) -> None:
    """Normal weights and zero biases."""
    nn.init.normal_(layer.weight, std=std, generator=generator)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
