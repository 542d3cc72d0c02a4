"""Mask R-CNN on a SpineNet or ResNet-FPN backbone, in torchvision's detector."""

from collections import OrderedDict
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from proxy_tasks.anchors import make_anchors
from proxy_tasks.backbones import Backbone
from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.mask_rcnn_heads import BOX_CROP, MASK_CROP, make_heads
from proxy_tasks.recipe import AnchorScale
from proxy_tasks.torchvision_operators import load_torchvision
from search_space.scale import MaskRCNNScale

SAMPLING_RATIO = 2  # RoIAlign's points along a side of a bin
PROPOSAL_ANCHORS = AnchorScale(size=3.0, octaves=1, ratios=(1.0, 2.0, 0.5))


class NamedMaps(nn.Module):
    """Images `[B, 3, H, W]` -> maps `[B, out_channels, h, w]` by the name of their level."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone, self.out_channels = backbone, backbone.out_channels

    def forward(self, images: Tensor) -> OrderedDict[str, Tensor]:
        maps = self.backbone(images.permute(0, 2, 3, 1))
        return OrderedDict((str(v), maps[v].permute(0, 3, 1, 2)) for v in self.backbone.levels)


def make_mask_rcnn(
    backbone: Backbone,
    scale: MaskRCNNScale,
    *,
    image_size: int,
    anchors: AnchorScale = PROPOSAL_ANCHORS,
    normalization: str = "batch_norm",
    activation: str = "relu",
    generator: torch.Generator | None = None,
    **options: Any,  # noqa: ANN401 - torchvision's
) -> nn.Module:
    """`torchvision.models.detection.MaskRCNN` with the official heads, anchors and limits.

    Use it as torchvision's: images are a list of `[3, H, W]`, RGB in 0..1, and targets a list of
    `boxes` `[G, 4]` (x1 y1 x2 y2 in pixels), `labels` `[G]` (0 is the background, which
    `scale.num_classes` counts) and `masks` `[G, H, W]`. An image's long side is brought to
    `image_size` pixels, as officially; one that has it is not touched. `options` go to MaskRCNN.

    Heads, anchors (their centres too), numbers of samples and proposals are those of tensorflow/tpu
    models/official/detection (maskrcnn_config.py and spinenet49_mrcnn.yaml). torchvision differs
    where the official detector pads to a square (here: to a multiple of the coarsest stride),
    shifts RoIAlign by half a cell (not here), augments by scale (bring your own), ignores crowds
    (leave them out), and keeps detections of any score (here above 0.05: `box_score_thresh`).

    Raises InvalidRecipe, and MissingExtra where torchvision cannot be had.
    """
    if anchors.per_cell != scale.anchors_per_cell:
        raise InvalidRecipe(
            f"make_mask_rcnn: {anchors} has {anchors.per_cell} anchors a cell and the scale's"
            f" anchors_per_cell is {scale.anchors_per_cell}; make them equal"
        )
    load_torchvision()
    detection: Any = import_module("torchvision.models.detection")
    strides = [backbone.stride(level) for level in backbone.levels]
    heads = make_heads(
        backbone.levels, backbone.out_channels, scale, normalization, activation, generator
    )
    limits: dict[str, Any] = {
        "min_size": image_size,
        "max_size": image_size,
        "size_divisible": strides[-1],
        "rpn_post_nms_top_n_train": scale.proposals,
        "rpn_post_nms_top_n_test": scale.proposals,
        "box_detections_per_img": scale.masks,
    }
    model: nn.Module = detection.MaskRCNN(
        NamedMaps(backbone),
        rpn_anchor_generator=_anchor_generator(anchors, strides),
        box_roi_pool=_roi_pool(backbone.levels, strides, BOX_CROP),
        mask_roi_pool=_roi_pool(backbone.levels, strides, MASK_CROP),
        **heads,
        **(limits | options),
    )
    return model


def _anchor_generator(anchors: AnchorScale, strides: list[int]) -> Any:  # noqa: ANN401
    """A generator of the official anchors: not rounded, and in the centre of a cell."""
    anchor_utils: Any = import_module("torchvision.models.detection.anchor_utils")
    octaves = [2 ** (octave / anchors.octaves) for octave in range(anchors.octaves)]
    generator = anchor_utils.AnchorGenerator(
        sizes=tuple(tuple(anchors.size * stride * o for o in octaves) for stride in strides),
        aspect_ratios=(anchors.ratios,) * len(strides),
    )
    generator.cell_anchors = [make_anchors(anchors, (s,), (s, s)) for s in strides]
    return generator


def _roi_pool(levels: list[int], strides: list[int], crop: int) -> Any:  # noqa: ANN401
    """RoIAlign from the level that fits a box's size (arXiv 1612.03144 equation 1).

    The strides are given: torchvision's guess, from the first image that it sees, is wrong for a
    small one.
    """
    poolers: Any = import_module("torchvision.ops.poolers")
    pool = poolers.MultiScaleRoIAlign([str(level) for level in levels], crop, SAMPLING_RATIO)
    pool.scales = [1 / stride for stride in strides]
    finest, coarsest = (stride.bit_length() - 1 for stride in (strides[0], strides[-1]))
    pool.map_levels = poolers.LevelMapper(finest, coarsest)
    return pool
