"""Our backbone in the terms of the reference checker of official fixtures.

`python check_parity.py FIXTURES --adapter tests.official_adapter` compares endpoint by endpoint.
"""

import json
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from proxy_tasks.backbone import ScalePermutedBlock, SpineNetBackbone
from proxy_tasks.layers import ConvNorm
from proxy_tasks.official_weights import official_layers
from search_space.block_specs import from_json
from search_space.scale import BackboneScale

BlockSpecRow = tuple[int, str, tuple[int, int], bool]


class Fixture(Protocol):
    meta: dict[str, Any]


def project_build(
    block_specs: list[BlockSpecRow],
    filter_scale: float,
    alpha: float,
    repeats: int,
    activation: str,
    endpoint_filters: int,
    min_level: int,
    max_level: int,
) -> SpineNetBackbone:
    document = {"blocks": block_specs, "output_levels": list(range(min_level, max_level + 1))}
    return SpineNetBackbone(
        from_json(json.dumps(document)),
        BackboneScale(
            filter_scale=filter_scale,
            resample_alpha=alpha,
            block_repeats=repeats,
            endpoint_filters=endpoint_filters,
        ),
        activation=activation,
    )


def project_layers(model: SpineNetBackbone, fixture: Fixture) -> dict[str, nn.Module]:
    """Modules by the checker's structural names, such as `block3.resample0.down.conv`."""
    layers = official_layers(model, fixture.meta["block_specs"])
    return {
        f"{name}.{leaf}": module
        for name, layer in layers.items()
        if isinstance(layer, ConvNorm)
        for leaf, module in (("conv", layer.conv), ("bn", layer.norm))
    }


def project_run(model: SpineNetBackbone, x: Tensor) -> dict[int, Tensor]:
    return {level: y.permute(0, 3, 1, 2) for level, y in model(_nhwc(x)).items()}


def project_nodes(model: SpineNetBackbone, x: Tensor) -> dict[int, Tensor]:
    features = model.features(_nhwc(x))
    assert all(isinstance(block, ScalePermutedBlock) for block in model.blocks.values())
    return {feature: y.permute(0, 3, 1, 2) for feature, y in features.items()}


def _nhwc(x: Tensor) -> Tensor:
    with torch.no_grad():
        return x.permute(0, 2, 3, 1).contiguous()
