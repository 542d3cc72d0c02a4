"""The weights of a finished training in files that others read."""

import io
from pathlib import Path

import torch

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.backbone_file import BackboneRecipe, save_backbone
from proxy_tasks.errors import MissingExtra
from proxy_tasks.recipe import DetectorRecipe
from proxy_tasks.trainable import Trainable
from proxy_tasks.whole_file import write_whole
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn

NETWORK, BACKBONE = "network.pt", "weights.safetensors"


def write_weights(
    network: Trainable,
    body: Architecture | ResNetFpn,
    recipe: DetectorRecipe,
    directory: Path,
) -> list[str]:
    """`NETWORK`, the state dict of everything, and `BACKBONE`, which `nas export` takes.

    The backbone's only where it is a SpineNet's and safetensors is installed; returns a line of
    each file, or of why there is none.
    """
    state = {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}
    content = io.BytesIO()
    torch.save(state, content)
    write_whole(directory / NETWORK, content.getvalue())
    said = [f"weights: {directory / NETWORK}, of the whole network"]
    backbone = network.trained_backbone()
    if not (isinstance(body, Architecture) and isinstance(backbone, SpineNetBackbone)):
        return said
    described = BackboneRecipe(body, backbone.scale, recipe.activation, recipe.normalization)
    try:
        content_of_backbone = save_backbone(backbone, described)
    except MissingExtra as error:
        return [*said, f"no {BACKBONE}: {error}; then type the same command again"]
    write_whole(directory / BACKBONE, content_of_backbone)
    return [*said, f"weights: {directory / BACKBONE}, of the backbone, for `nas export --weights`"]
