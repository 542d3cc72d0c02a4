"""Our backbone in the terms of the reference checker of official fixtures.

`python check_parity.py FIXTURES --adapter tests.official_adapter` compares endpoint by endpoint.
"""

import json
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from proxy_tasks.backbone import ScalePermutedBlock, SpineNetBackbone
from search_space.block_specs import from_json
from search_space.scale import BackboneScale

BlockSpecRow = tuple[int, str, tuple[int, int], bool]


class Fixture(Protocol):
    meta: dict[str, Any]

    def layers(self) -> list[tuple[str, dict[str, Any]]]: ...


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
    return SpineNetBackbone(
        from_json(json.dumps(block_specs)),
        BackboneScale(
            filter_scale=filter_scale,
            resample_alpha=alpha,
            block_repeats=repeats,
            endpoint_filters=endpoint_filters,
        ),
        activation=activation,
        min_level=min_level,
        max_level=max_level,
    )


def project_layers(model: SpineNetBackbone, fixture: Fixture) -> dict[str, nn.Module]:
    """Modules by the checker's structural names, such as `block3.resample0.down.conv`."""
    parents = [tuple(row[2]) for row in fixture.meta["block_specs"]]
    return {name: model.get_submodule(_path(name, parents)) for name, _ in fixture.layers()}


def _path(name: str, parents: list[tuple[int, ...]]) -> str:
    *parts, leaf = name.split(".")
    leaf = {"conv": "conv", "bn": "norm"}[leaf]
    first = parts[0]
    if first == "stem":
        return f"stem.conv.{leaf}"
    if first == "endpoint":
        return f"endpoints.{parts[1]}.{leaf}"
    if first.startswith("stem"):
        repeat = int(parts[1].removeprefix("rep"))
        return f"stem.blocks.{first.removeprefix('stem')}.{repeat}.{parts[2]}.{leaf}"
    number = int(first.removeprefix("block"))
    block = f"blocks.{number + 2}"
    if parts[1].startswith("resample"):
        # Official specs name parents in any order; ours are ascending, and a sum does not care.
        parent = parents[number][int(parts[1].removeprefix("resample"))]
        return f"{block}.resample.{sorted(parents[number]).index(parent)}.{parts[2]}.{leaf}"
    return f"{block}.blocks.{parts[1].removeprefix('rep')}.{parts[2]}.{leaf}"


def project_run(model: SpineNetBackbone, x: Tensor) -> dict[int, Tensor]:
    return {level: y.permute(0, 3, 1, 2) for level, y in model(_nhwc(x)).items()}


def project_nodes(model: SpineNetBackbone, x: Tensor) -> dict[int, Tensor]:
    features = model.features(_nhwc(x))
    assert all(isinstance(block, ScalePermutedBlock) for block in model.blocks.values())
    return {feature: y.permute(0, 3, 1, 2) for feature, y in features.items()}


def _nhwc(x: Tensor) -> Tensor:
    with torch.no_grad():
        return x.permute(0, 2, 3, 1).contiguous()
