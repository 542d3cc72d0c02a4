"""The analytic cost against torch's own counter, on networks that only have shapes.

150 random networks and ways of building; COST_SAMPLES=2000 draws as many as docs/spinenet.md says.
"""

import os
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.blocks import Resample
from proxy_tasks.layers import ConvNorm
from proxy_tasks.mbconv import MobileResample
from proxy_tasks.retinanet_head import RetinaNetHead
from search_space import (
    Architecture,
    BackboneScale,
    Cost,
    HeadScale,
    ModelSize,
    SpineNetSpace,
    backbone_cost,
    network_cost,
    sequential_only,
)

SAMPLES = int(os.environ.get("COST_SAMPLES", "150"))
SPACES = {
    "levels and types": SpineNetSpace(),
    "permutations only": SpineNetSpace(offsets=(0,), block_fns=("bottleneck",)),
    "a stem of four": SpineNetSpace({2: 2, 3: 2, 4: 4}, stem_levels=(2, 3, 4, 5)),
    "MBConv": SpineNetSpace({2: 2, 3: 3, 4: 3}, block_fns=("mbconv",), stem_levels=(1, 2)),
}


def torch_cost(network: nn.Module, run: Callable[[], object]) -> tuple[int, int]:
    """Parameters, and multiply-adds of `run` in the order of operations that is official.

    Norms and activations, which cost no multiply-adds, are left out of the run: on shapes alone
    they take nine tenths of the time.
    """
    params = sum(parameter.numel() for parameter in network.parameters())
    for module in network.modules():
        if isinstance(module, ConvNorm):
            module.norm, module.activation = nn.Identity(), None
        if isinstance(module, Resample | MobileResample):
            module.expand_first = False
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        run()
    return params, counter.get_total_flops() // 2  # torch counts two flops a multiply-add


def random_scale(rng: np.random.Generator) -> BackboneScale:
    return BackboneScale(
        filter_scale=float(rng.choice([0.125, 0.65, 1.3])),
        resample_alpha=float(rng.choice([0.25, 0.5, 1.0])),
        block_repeats=int(rng.integers(1, 3)),
        endpoint_filters=int(rng.integers(1, 40)),
        stem_filters=int(rng.integers(1, 80)),
        stem_stride=int(rng.choice([2, 4])),
    )


def random_image(rng: np.random.Generator) -> tuple[int, int]:
    """Sides of all kinds: one pixel, odd, and multiples of 128."""
    height, width = rng.choice([1, 17, 90, 128, 224, 256], 2)
    return int(height), int(width)


@pytest.mark.parametrize("chunk", range(10))
@pytest.mark.parametrize("name", SPACES)
def test_the_cost_of_a_backbone_is_what_torch_counts(name: str, chunk: int) -> None:
    rng = np.random.default_rng([chunk, len(name)])
    space = SPACES[name]
    for number in range(-(-SAMPLES // (10 * len(SPACES)))):
        architecture, scale = space.decode(space.sample(rng)), random_scale(rng)
        if number % 5 == 4:
            architecture = sequential_only(architecture)
        size = random_image(rng)
        lowest = int(rng.integers(3, 6))
        levels = tuple(range(lowest, int(rng.integers(lowest, 8)) + 1))
        with torch.device("meta"):
            backbone = SpineNetBackbone(
                architecture, scale, min_level=levels[0], max_level=levels[-1]
            ).eval()
            images = torch.zeros(1, *size, 3)
            found = torch_cost(backbone, lambda b=backbone, x=images: b(x))  # type: ignore[misc]
        cost = backbone_cost(architecture, scale, size, levels=levels)
        assert found == (cost.params, cost.madds), (architecture, scale, size, levels)


@pytest.mark.parametrize("num_convs", [0, 1, 3])
@pytest.mark.parametrize("predictor_kernel", [1, 3])
@pytest.mark.parametrize("shared_tower", [False, True])
@pytest.mark.parametrize("separable", [False, True])
def test_the_cost_of_a_head_is_what_torch_counts(
    num_convs: int, predictor_kernel: int, shared_tower: bool, separable: bool
) -> None:
    head = HeadScale(num_convs, 12, 5, 3, predictor_kernel, shared_tower, separable)
    architecture, scale = any_architecture(), BackboneScale(0.125, endpoint_filters=16)
    with torch.device("meta"):
        network = RetinaNetHead([3, 4, 5, 6, 7], 16, head)
        maps = {v: torch.zeros(1, 2 ** (7 - v), 2 ** (8 - v), 16) for v in (3, 4, 5, 6, 7)}
        params, madds = torch_cost(network, lambda: network(maps))
    whole = network_cost(ModelSize(architecture, scale, head), "retinanet", (128, 256))
    backbone = backbone_cost(architecture, scale, (128, 256))
    assert (params, madds) == (whole.params - backbone.params, whole.madds - backbone.madds)


def any_architecture() -> Architecture:
    space = SPACES["permutations only"]
    return space.decode(space.sample(np.random.default_rng(0)))


def test_norms_count_what_normalisations_put_out() -> None:
    architecture, scale = any_architecture(), BackboneScale(0.25, endpoint_filters=8)
    put_out: list[int] = []

    def count(_: nn.Module, __: object, output: Tensor) -> None:
        put_out.append(output.numel())

    backbone = SpineNetBackbone(architecture, scale).eval()
    for module in backbone.modules():
        if isinstance(module, Resample):
            module.expand_first = False
        if isinstance(module, ConvNorm):
            module.norm.register_forward_hook(count)
    backbone(torch.zeros(1, 64, 64, 3))
    cost = backbone_cost(architecture, scale, 64)
    assert sum(put_out) == cost.norms
    assert cost * 2 == Cost(2 * cost.params, 2 * cost.madds, 2 * cost.norms)
