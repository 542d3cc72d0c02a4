import pytest
import torch
import torch.nn.functional as F

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.mbconv import MBConv, MobileResample, SqueezeExcitation, hard_sigmoid
from proxy_tasks.nhwc import sum_of_maps
from search_space import SPINENET_MOBILE, BackboneScale

NARROW = BackboneScale(0.5, endpoint_filters=16)


def test_squeeze_and_excitation_scales_channels_by_gates_from_their_means() -> None:
    module = SqueezeExcitation(6, 2, hard_gate=True)
    x = torch.randn(2, 5, 4, 6)
    reduce, expand = module.reduce, module.expand
    hidden = F.relu(F.linear(x.mean((1, 2)), reduce.weight.flatten(1), reduce.bias))
    gates = F.linear(hidden, expand.weight.flatten(1), expand.bias)
    gates = (gates + 3).clamp(0, 6) * 0.16667  # as in official/modeling/activations/sigmoid.py
    torch.testing.assert_close(module(x), x * gates[:, None, None, :])


def test_repeats_gate_with_a_sigmoid_as_the_official_code_does() -> None:
    scale = BackboneScale(0.5, block_repeats=2, endpoint_filters=16)
    gates = [
        module.gate
        for module in SpineNetBackbone(SPINENET_MOBILE, scale).modules()
        if isinstance(module, SqueezeExcitation)
    ]
    assert gates == [hard_sigmoid, F.sigmoid] * (2 + 16)


@pytest.mark.parametrize(
    ("out_channels", "stride", "skips"), [(4, 1, True), (4, 2, False), (6, 1, False)]
)
def test_the_input_is_added_only_where_the_shape_stays(
    out_channels: int, stride: int, skips: bool
) -> None:
    block = MBConv(4, out_channels, 1, "batch_norm", "relu", stride=stride).eval()
    last = block.project.norm
    assert isinstance(last.weight, torch.Tensor)
    torch.nn.init.zeros_(last.weight)  # the branch is nothing
    x = torch.randn(1, 6, 6, 4)
    torch.testing.assert_close(
        block(x), x if skips else torch.zeros(1, 6 // stride, 6 // stride, out_channels)
    )


def test_a_mobile_resample_has_no_1x1_before_it_goes_down() -> None:
    """A depthwise 3x3/2 an octave, then one 1x1: official `_resample_with_sepconv`."""
    module = MobileResample(8, 12, 3, "batch_norm", "relu")
    shapes = [tuple(p.shape) for p in module.parameters() if p.dim() == 4]
    assert shapes == [(8, 1, 3, 3)] * 3 + [(12, 8, 1, 1)]
    assert module(torch.zeros(1, 33, 16, 8), (5, 2)).shape == (1, 5, 2, 12)


def test_expanding_before_upsampling_changes_no_output() -> None:
    module = MobileResample(8, 12, -2, "batch_norm", "relu")
    x = torch.randn(2, 3, 3, 8)
    fast = sum_of_maps([module(x, (12, 12))], (12, 12))
    module.expand_first = False
    torch.testing.assert_close(module(x, (12, 12)), fast)


@pytest.mark.parametrize("size", [(96, 96), (37, 81)])
def test_spinenet_mobile_takes_any_image_size(size: tuple[int, int]) -> None:
    backbone = SpineNetBackbone(SPINENET_MOBILE, NARROW, activation="swish").eval()
    for level, feature in backbone(torch.zeros(1, *size, 3)).items():
        expected = (-(-size[0] // 2**level), -(-size[1] // 2**level))
        assert feature.shape[1:] == (*expected, 16)


def test_zero_init_leaves_blocks_without_a_skip_alone() -> None:
    """The stem widens its input: with its last norm at zero nothing would pass."""
    backbone = SpineNetBackbone(SPINENET_MOBILE, NARROW, zero_init=True).eval()
    features = backbone.features(torch.randn(1, 64, 64, 3))
    assert all(feature.abs().sum() > 0 for feature in features.values())
