import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from proxy_tasks.detector import Detector
from proxy_tasks.features_only import FeaturesOnly
from proxy_tasks.recipe import AnchorScale, DetectionLimits, LossScale, MatchScale
from proxy_tasks.resnet_fpn import ResNetFpnBackbone
from proxy_tasks.retinanet_head import RetinaNetHead
from search_space import HeadScale
from search_space.resnet_fpn import ResNetFpn, resnet_fpn_cost

NARROW = ResNetFpn((1, 1, 1, 1), filter_scale=0.125, fpn_filters=16, stem_filters=16)


def count(modules: list[torch.nn.Module], size: tuple[int, int]) -> tuple[int, int]:
    """Parameters and multiply-adds of modules on the meta device, each fed by the one before."""
    counter = FlopCounterMode(display=False)
    with torch.device("meta"), counter:
        x = torch.zeros(1, *size, 3)
        for module in modules:
            x = module.eval()(x)
    params = sum(p.numel() for module in modules for p in module.parameters())
    return params, counter.get_total_flops() // 2  # torch counts two flops a multiply-add


def test_resnet_50_fpn_s_retinanet_is_the_reference_s() -> None:
    """`verification` of reference/spinenet_reference.json, row R50-FPN: 91 classes at 640 px."""
    with torch.device("meta"):
        backbone = ResNetFpnBackbone(ResNetFpn())
        head = RetinaNetHead(backbone.levels, backbone.out_channels, HeadScale())
    params, madds = count([backbone, head], (640, 640))
    assert round(params / 1e6, 3) == 34.091
    assert round(madds / 1e9, 2) == 96.88


@given(
    depths=st.tuples(*[st.integers(1, 3)] * 4),
    filter_scale=st.sampled_from([0.1, 0.125, 0.25, 1.0]),
    fpn_filters=st.integers(1, 32),
    stem_filters=st.integers(1, 64),
    stem_stride=st.sampled_from([2, 4]),
    levels=st.tuples(st.integers(2, 5), st.integers(5, 7)),
    size=st.tuples(st.integers(1, 200), st.integers(1, 200)),
)
@settings(max_examples=12, deadline=None)
def test_analytic_cost_equals_what_torch_counts(
    depths: tuple[int, int, int, int],
    filter_scale: float,
    fpn_filters: int,
    stem_filters: int,
    stem_stride: int,
    levels: tuple[int, int],
    size: tuple[int, int],
) -> None:
    spec = ResNetFpn(depths, filter_scale, fpn_filters, stem_filters, stem_stride, *levels)
    with torch.device("meta"):
        backbone = ResNetFpnBackbone(spec)
    cost = resnet_fpn_cost(spec, size)
    assert count([backbone], size) == (cost.params, cost.madds)


@given(height=st.integers(1, 150), width=st.integers(1, 150), stem_stride=st.sampled_from([2, 4]))
@settings(max_examples=15, deadline=None)
def test_any_image_size_will_do(height: int, width: int, stem_stride: int) -> None:
    spec = ResNetFpn((1, 1, 1, 1), 0.125, 16, 16, stem_stride)
    backbone = ResNetFpnBackbone(spec).eval()
    for level, x in backbone(torch.zeros(1, height, width, 3)).items():
        stride = backbone.stride(level)
        assert tuple(x.shape) == (1, -(-height // stride), -(-width // stride), 16)


def test_the_coarse_levels_are_made_of_p5_before_its_norm() -> None:
    pyramid = ResNetFpnBackbone(NARROW).pyramid.eval()
    channels = {level: NARROW.channels(level) for level in (3, 4, 5)}
    features = {v: torch.randn(1, 2 ** (8 - v), 2 ** (8 - v), c) for v, c in channels.items()}

    def conv(level: int, x: torch.Tensor, stride: int) -> torch.Tensor:
        layer = pyramid.convs[str(level)]
        x = F.pad(x.permute(0, 3, 1, 2), (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1))
        return F.conv2d(x, layer.weight, layer.bias, stride).permute(0, 2, 3, 1)

    p5 = conv(5, pyramid.laterals["5"](features[5]), 1)
    p6 = conv(6, p5, 2)
    p7 = conv(7, p6.relu(), 2)
    found = pyramid(features)
    for level, expected in ((5, p5), (6, p6), (7, p7)):
        torch.testing.assert_close(found[level], pyramid.norms[str(level)](expected))


def test_a_finer_level_adds_the_coarser_one_upsampled() -> None:
    pyramid = ResNetFpnBackbone(NARROW).pyramid.eval()
    features = {
        v: torch.randn(1, 40 >> (v - 3), 24 >> (v - 3), NARROW.channels(v)) for v in (3, 4, 5)
    }
    x = torch.zeros(1, 16, 5, 3)
    for level in (5, 4, 3):
        lateral = pyramid.laterals[str(level)](features[level]).permute(0, 3, 1, 2)
        x = lateral + F.interpolate(x, size=lateral.shape[2:], mode="nearest")
    conv = pyramid.convs["3"]
    expected = F.conv2d(x, conv.weight, conv.bias, padding=1).permute(0, 2, 3, 1)
    torch.testing.assert_close(pyramid(features)[3], pyramid.norms["3"](expected))


def test_stochastic_depth_grows_with_the_level() -> None:
    """l / 5 of the rate at level l: 0.08, 0.12, 0.16 and 0.2."""
    backbone = ResNetFpnBackbone(NARROW, stochastic_depth=0.2)
    rates = [stage[0].drop.rate for stage in backbone.resnet.stages.values()]
    assert rates == pytest.approx([0.08, 0.12, 0.16, 0.2])


def test_one_seed_gives_one_backbone() -> None:
    first, second = (
        ResNetFpnBackbone(NARROW, generator=torch.Generator().manual_seed(4)).state_dict()
        for _ in range(2)
    )
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_it_is_a_features_only_model() -> None:
    model = FeaturesOnly(ResNetFpnBackbone(NARROW).eval())
    shapes = [tuple(x.shape) for x in model(torch.zeros(1, 3, 128, 64))]
    assert shapes == [(1, 16, 128 // r, max(64 // r, 1)) for r in (8, 16, 32, 64, 128)]
    for info in model.feature_info:
        model.get_submodule(str(info["module"]))


def test_a_narrow_detector_learns() -> None:
    """The loss of one batch that is shown again and again: from 2.1 to below half of it."""
    generator = torch.Generator().manual_seed(0)
    backbone = ResNetFpnBackbone(
        NARROW, normalization="group_norm", zero_init=True, generator=generator
    )
    anchors = AnchorScale(size=1.5, octaves=1, ratios=(1.0,))
    scale = HeadScale(num_convs=1, filters=16, num_classes=2, anchors_per_cell=1)
    head = RetinaNetHead(
        backbone.levels, 16, scale, normalization="group_norm", generator=generator
    )
    detector = Detector(backbone, head, anchors, LossScale(), MatchScale(), DetectionLimits(), 64)
    images = 255 * torch.rand(4, 64, 64, 3, generator=generator)
    boxes = torch.tensor([[[8.0, 8, 24, 24], [32, 32, 56, 56]]]).expand(4, -1, -1)
    labels = torch.tensor([[0, 1]]).expand(4, -1)
    optimizer = torch.optim.AdamW(detector.parameters(), lr=1e-2)
    losses = []
    for _ in range(25):
        class_loss, box_loss = detector.loss(images, boxes, labels)
        loss = class_loss + box_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    assert detector.eval().detect(images).boxes.shape[2] == 4
