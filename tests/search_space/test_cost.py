import numpy as np
import pytest

from search_space import (
    SPINENET_49,
    SPINENET_MOBILE,
    Architecture,
    BackboneScale,
    HeadScale,
    InvalidSpace,
    ModelSize,
    SpineNetSpace,
    backbone_cost,
    backbone_costs,
    network_cost,
    sequential_only,
)
from tests.search_space.architectures import R, block, five_outputs


def test_80_classes_save_what_the_ports_of_spinenet_49_save() -> None:
    """11 classes x 9 anchors x (3 x 3 x 256 + 1) parameters."""
    full, fewer = (
        network_cost(ModelSize(SPINENET_49, head=HeadScale(num_classes=n)), "retinanet", 640)
        for n in (91, 80)
    )
    assert full.params - fewer.params == 11 * 9 * (9 * 256 + 1)
    assert full.madds - fewer.madds == 11 * 9 * 9 * 256 * (6400 + 1600 + 400 + 100 + 25)


def test_a_network_small_enough_to_count_by_hand() -> None:
    """One residual output at level 3 from one stem block, 8 x 8 pixels, widths a 16th."""
    scale = BackboneScale(1 / 16, resample_alpha=1.0, endpoint_filters=5, stem_filters=6)
    output = (block(3, 0, fn=R, out=True),)
    cost = backbone_cost(Architecture(output, output_levels=(3,)), scale, 8)
    stem = 49 * 3 * 6  # 4 x 4
    bottleneck = (6 * 4, 9 * 4 * 4, 4 * 16, 6 * 16)  # all 2 x 2; the last is the shortcut
    resample = (16 * 4, 9 * 4 * 4, 4 * 8)  # 2 x 2, then 1 x 1
    residual = 2 * 9 * 8 * 8
    endpoint = 8 * 5
    weights = stem + sum(bottleneck) + sum(resample) + residual + endpoint
    norms = 2 * (6 + 4 + 4 + 16 + 16 + 4 + 4 + 8 + 8 + 8 + 5)
    madds = 16 * stem + 4 * (sum(bottleneck) + resample[0])
    madds += sum(resample[1:]) + residual + endpoint
    assert (cost.params, cost.madds) == (weights + norms, madds)


def test_dead_blocks_cost_nothing() -> None:
    with_dead = Architecture((block(1, 0, 1), *five_outputs(0, 1)))
    without = Architecture(five_outputs(0, 1))
    assert backbone_cost(with_dead, BackboneScale(), 256) == backbone_cost(
        without, BackboneScale(), 256
    )


def test_a_merged_block_costs_only_itself() -> None:
    """SpineNet-49 with block 11 as a third input: no resample is paid for it."""
    merged = SPINENET_49
    unmerged = Architecture((*merged.blocks[:9], block(1, 8, 10), *merged.blocks[10:]))
    difference = backbone_cost(merged, BackboneScale(), 640).madds - (
        backbone_cost(unmerged, BackboneScale(), 640).madds
    )
    block_11 = 400 * (1024 * 256 + 9 * 256 * 256 + 256 * 1024)
    from_8, from_10 = 400 * (256 * 128 + 128 * 1024), 400 * (1024 * 128 + 128 * 1024)
    assert difference == block_11 + from_8 + from_10


def test_a_stem_stride_of_2_costs_what_twice_the_size_does_after_the_stem_convolution() -> None:
    full = backbone_cost(SPINENET_49, BackboneScale(stem_stride=2), 64)
    twice = backbone_cost(SPINENET_49, BackboneScale(), 128)
    stem = 49 * 3 * 64
    assert full.params == twice.params
    assert full.madds - 32 * 32 * stem == twice.madds - 64 * 64 * stem


def test_sizes_that_do_not_divide_are_rounded_up() -> None:
    scale = BackboneScale()
    assert scale.feature_size(7, (129, 128)) == (2, 1)
    assert scale.feature_size(1, (5, 4)) == (3, 2)


def test_a_rising_stem_strides_its_3x3_and_projects_its_shortcut() -> None:
    scale = BackboneScale(1 / 4, endpoint_filters=1, stem_filters=64)
    short, long = (
        Architecture((block(4, 1, out=True),), stem, output_levels=(4,))
        for stem in ((2, 2), (2, 2, 3))
    )
    extra = backbone_cost(long, scale, 64).madds - backbone_cost(short, scale, 64).madds
    chain = 256 * 64 * 32 + 64 * (9 * 32 * 32 + 32 * 128 + 64 * 128)
    # The level-4 block's resample now starts from 8 x 8 x 128, not 16 x 16 x 64.
    resample = (64 * 128 * 16 + 16 * 9 * 16 * 16 + 16 * 16 * 256) - (
        256 * 64 * 8 + 64 * 9 * 8 * 8 + 16 * 8 * 256
    )
    assert extra == chain + resample


def test_a_shared_tower_and_a_1x1_predictor_are_counted() -> None:
    """One tower feeds both predictors; two extra 1x1 outputs more would cost their channels."""
    head = HeadScale(1, 8, 2, 3, predictor_kernel=1, shared_tower=True)
    scale = BackboneScale(0.25, endpoint_filters=16)
    heads = network_cost(ModelSize(SPINENET_49, scale, head), "retinanet", 128).params - (
        backbone_cost(SPINENET_49, scale, 128).params
    )
    assert heads == (9 * 16 * 8 + 8) + 5 * 2 * 8 + (8 + 1) * 3 * (2 + 4)


def test_a_network_of_one_parent_a_block_is_cheaper() -> None:
    damaged = backbone_cost(sequential_only(SPINENET_49), BackboneScale(), 640)
    assert damaged.params < backbone_cost(SPINENET_49, BackboneScale(), 640).params


@pytest.mark.parametrize(
    "settings",
    [
        {"filter_scale": 0.0},
        {"filter_scale": float("nan")},
        {"resample_alpha": 0.01},
        {"block_repeats": 0},
        {"endpoint_filters": 2.5},
        {"stem_stride": 3},
        {"stem_stride": 4.0},
        *[{"filter_scale": wrong} for wrong in ("1", None, [1], True, np.float32(1), 10**400)],
        *[{"resample_alpha": wrong} for wrong in ("1", None, [1], True)],
    ],
)
def test_an_impossible_scale_is_refused_by_name(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidSpace, match=next(iter(settings))):
        BackboneScale(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "settings",
    [
        {"filters": 0},
        {"predictor_kernel": 2},
        {"num_convs": -1},
        {"shared_tower": "no"},
        {"separable": 3},
    ],
)
def test_an_impossible_head_is_refused_by_name(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidSpace, match=next(iter(settings))):
        HeadScale(**settings)  # type: ignore[arg-type]


def test_a_width_that_leaves_an_mbconv_network_no_channel_is_refused() -> None:
    with pytest.raises(InvalidSpace, match=r"filter_scale 0\.1 .* at least 0\.125"):
        backbone_cost(SPINENET_MOBILE, BackboneScale(0.1), 64)


def test_an_empty_image_is_refused() -> None:
    with pytest.raises(InvalidSpace, match="image size 0"):
        backbone_cost(SPINENET_49, BackboneScale(), 0)


def test_many_backbones_cost_what_each_does() -> None:
    space, rng, scale = SpineNetSpace(), np.random.default_rng(0), BackboneScale()
    architectures = [space.decode(space.sample(rng)) for _ in range(20)]
    each = [backbone_cost(architecture, scale, (640, 480)) for architecture in architectures]
    found = backbone_costs(architectures, scale, (640, 480))
    assert found.tolist() == [[cost.params, cost.madds] for cost in each]
    assert backbone_costs([], scale, 640).shape == (0, 2)
