"""The backbones that a detector may have."""

import torch

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.recipe import DetectorRecipe
from proxy_tasks.resnet_fpn import ResNetFpnBackbone
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn
from search_space.scale import BackboneScale

Backbone = SpineNetBackbone | ResNetFpnBackbone


def make_backbone(
    body: Architecture | ResNetFpn,
    scale: BackboneScale,
    recipe: DetectorRecipe,
    generator: torch.Generator,
) -> Backbone:
    """A candidate, or the baseline at the same widths, with all of its output levels."""
    if isinstance(body, ResNetFpn):
        return ResNetFpnBackbone(
            body.at(scale),
            normalization=recipe.normalization,
            activation=recipe.activation,
            stochastic_depth=recipe.stochastic_depth,
            zero_init=recipe.zero_init,
            generator=generator,
        )
    return SpineNetBackbone(
        body,
        scale,
        normalization=recipe.normalization,
        activation=recipe.activation,
        stochastic_depth=recipe.stochastic_depth,
        zero_init=recipe.zero_init,
        generator=generator,
    )
