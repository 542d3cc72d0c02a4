"""An untrained RetinaNet of a recipe."""

from typing import Protocol

import torch

from proxy_tasks.backbones import make_backbone
from proxy_tasks.detector import Detector
from proxy_tasks.recipe import (
    AnchorScale,
    DetectionLimits,
    DetectorRecipe,
    Fidelity,
    LossScale,
    MatchScale,
)
from proxy_tasks.retinanet_head import RetinaNetHead
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn


class RetinaNetSections(Protocol):
    """What a detector is made of: a task has it, and so has a config."""

    @property
    def fidelity(self) -> Fidelity: ...
    @property
    def detector(self) -> DetectorRecipe: ...
    @property
    def anchors(self) -> AnchorScale: ...
    @property
    def matching(self) -> MatchScale: ...
    @property
    def loss(self) -> LossScale: ...
    @property
    def limits(self) -> DetectionLimits: ...


def make_retinanet(
    body: Architecture | ResNetFpn,
    sections: RetinaNetSections,
    num_classes: int,
    image_size: int,
    seed: int,
) -> Detector:
    """A detector on the CPU whose weights are drawn from the seed; `image_size` in pixels."""
    recipe, fidelity = sections.detector, sections.fidelity
    generator = torch.Generator().manual_seed(seed)
    backbone = make_backbone(body, fidelity.backbone_scale(), recipe, generator)
    head = RetinaNetHead(
        backbone.levels,
        backbone.out_channels,
        fidelity.head_scale(num_classes=num_classes, anchors_per_cell=sections.anchors.per_cell),
        normalization=recipe.normalization,
        activation=recipe.activation,
        generator=generator,
    )
    return Detector(
        backbone,
        head,
        sections.anchors,
        sections.loss,
        sections.matching,
        sections.limits,
        image_size,
        fidelity.precision,
    )
