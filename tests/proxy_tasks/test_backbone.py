from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.blocks import Resample
from proxy_tasks.errors import InvalidRecipe
from search_space import SPINENET_49, Architecture, BlockSpec, SpineNetSpace, backbone_cost
from search_space.ablation import sequential_only
from search_space.scale import BackboneScale

NARROW = BackboneScale(filter_scale=0.125, endpoint_filters=16, stem_filters=16)


def random_architecture(seed: int) -> Architecture:
    space = SpineNetSpace()
    return space.decode(space.sample(np.random.default_rng(seed)))


@given(seed=st.integers(0, 10**6), height=st.integers(17, 90), width=st.integers(17, 90))
@settings(max_examples=15, deadline=None)
def test_any_architecture_takes_any_image_size(seed: int, height: int, width: int) -> None:
    backbone = SpineNetBackbone(random_architecture(seed), NARROW).eval()
    found = backbone(torch.zeros(1, height, width, 3))
    for level, feature in found.items():
        size = (-(-height // 2**level), -(-width // 2**level))
        assert tuple(feature.shape[1:]) == (*size, 16)


def test_expanding_before_upsampling_changes_no_output() -> None:
    backbone = SpineNetBackbone(SPINENET_49, NARROW).eval()
    x = torch.randn(1, 64, 64, 3)
    fast = backbone(x)
    for module in backbone.modules():
        if isinstance(module, Resample):
            module.expand_first = False
    torch.testing.assert_close(backbone(x), fast)


def test_stem_stride_2_doubles_every_feature() -> None:
    scale = BackboneScale(filter_scale=0.125, endpoint_filters=16, stem_filters=16, stem_stride=2)
    backbone = SpineNetBackbone(SPINENET_49, scale).eval()
    assert backbone(torch.zeros(1, 64, 64, 3))[3].shape[1] == 16
    assert backbone.stride(3) == 4


def test_a_dead_block_has_no_weights() -> None:
    blocks = list(SPINENET_49.blocks)
    dead = BlockSpec(6, "residual", (0, 1))
    shifted = [
        BlockSpec(b.level, b.block_fn, tuple(i + (i >= 2) for i in b.inputs), b.is_output)
        for b in blocks
    ]
    grown = Architecture((dead, *shifted))
    count = [
        sum(p.numel() for p in SpineNetBackbone(a, NARROW).parameters())
        for a in (SPINENET_49, grown)
    ]
    assert count[0] == count[1]


def test_one_seed_gives_two_architectures_the_same_stem() -> None:
    stems = [
        SpineNetBackbone(a, NARROW, generator=torch.Generator().manual_seed(3)).stem
        for a in (SPINENET_49, random_architecture(1))
    ]
    torch.testing.assert_close(stems[0].conv.conv.weight, stems[1].conv.conv.weight)


def test_sequential_spinenet_49_builds_and_runs() -> None:
    backbone = SpineNetBackbone(sequential_only(SPINENET_49), NARROW).eval()
    assert sorted(backbone(torch.zeros(1, 64, 64, 3))) == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("normalization", ["batch_norm", "group_norm"])
def test_zero_init_makes_every_block_the_identity(normalization: str) -> None:
    backbone = SpineNetBackbone(SPINENET_49, NARROW, normalization=normalization, zero_init=True)
    block = backbone.stem.blocks[1]
    x = torch.rand(2, 8, 8, 32)
    torch.testing.assert_close(block(x), x)


def test_a_stem_whose_last_block_is_unused_still_gives_feature_0_its_own_block() -> None:
    """Feature 0 is the last but one of the chain, of level 3 here."""
    blocks = (BlockSpec(5, "bottleneck", (0,), True), BlockSpec(6, "bottleneck", (0, 2), True))
    architecture = Architecture(blocks, stem_levels=(2, 3, 4), output_levels=(5, 6))
    backbone = SpineNetBackbone(architecture, NARROW).eval()
    features = backbone.features(torch.zeros(1, 64, 64, 3))
    assert 1 not in features
    assert features[0].shape[1] == 8
    assert sum(p.numel() for p in backbone.parameters()) == (
        backbone_cost(architecture, NARROW, 64).params
    )


def test_the_stride_of_every_level_is_that_of_its_map() -> None:
    """Level 1 too, which is finer than the stem's blocks."""
    space = SpineNetSpace(output_levels=(1, 2, 3))
    backbone = SpineNetBackbone(space.decode(space.unrank(0)), NARROW).eval()
    maps = backbone(torch.zeros(1, 64, 64, 3))
    assert {level: 64 // m.shape[1] for level, m in maps.items()} == {1: 2, 2: 4, 3: 8}
    assert [backbone.stride(level) for level in backbone.levels] == [2, 4, 8]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"normalization": "layer_norm"}, "normalization is 'layer_norm': it is one of batch_norm"),
        ({"activation": "gelu"}, "activation is 'gelu'"),
        ({"stochastic_depth": 1.0}, "at least 0 and below 1"),
        ({"stochastic_depth": float("nan")}, "stochastic_depth is nan"),
        ({"min_level": 8}, "no output of the architecture"),
    ],
)
def test_settings_that_there_are_not_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRecipe, match=message):
        SpineNetBackbone(SPINENET_49, NARROW, **settings)
