"""The weights of a finished training in files that others read."""

import io
from pathlib import Path

import torch
from torch import nn

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.backbone_file import BackboneRecipe, save_backbone
from proxy_tasks.errors import InvalidWeights, MissingExtra
from proxy_tasks.recipe import DetectorRecipe
from proxy_tasks.state_check import check_state
from proxy_tasks.trainable import Trainable
from proxy_tasks.whole_file import write_whole
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn

NETWORK, BACKBONE = "network.pt", "weights.safetensors"


def read_weights(network: nn.Module, path: Path) -> None:
    """Load a file `NETWORK` into the network that it is of. Raises InvalidWeights."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        tensors = {str(name): torch.as_tensor(value) for name, value in state.items()}
    except Exception as error:  # torch raises almost anything for what is no file of its own
        raise InvalidWeights(f"{path} holds no weights that can be read ({error})") from error
    check_state(tensors, network.state_dict(), str(path))
    network.load_state_dict(tensors)


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
