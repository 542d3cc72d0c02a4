import pytest

from search_space import HeadScale, InvalidSpace, MaskRCNNScale
from search_space.head_cost import mask_rcnn_head_cost, retinanet_head_cost
from search_space.resnet_fpn import RESNET_DEPTHS, ResNetFpn, resnet_fpn_cost


def maps(spec: ResNetFpn, image_size: int) -> list[tuple[int, int]]:
    return [spec.feature_size(level, (image_size, image_size)) for level in spec.levels]


@pytest.mark.parametrize(
    ("depth", "image_size", "params", "madds"),
    [(50, 640, 34.0, 96.8), (101, 1024, 53.1, 325.9), (152, 1280, 68.7, 630.5)],
)
def test_retinanet_costs_what_the_paper_says(
    depth: int, image_size: int, params: float, madds: float
) -> None:
    """Table 2 of arXiv 1912.05027; its profiler counted norms too."""
    spec = ResNetFpn(RESNET_DEPTHS[depth])
    head = retinanet_head_cost(HeadScale(), spec.fpn_filters, maps(spec, image_size))
    cost = resnet_fpn_cost(spec, image_size) + head
    assert cost.params / 1e6 == pytest.approx(params, abs=0.1)
    assert (cost.madds + cost.norms) / 1e9 == pytest.approx(madds, rel=0.002)


@pytest.mark.parametrize(("depth", "params"), [(50, 46.3), (101, 65.3), (152, 80.9)])
def test_mask_rcnn_has_the_paper_s_parameters(depth: int, params: float) -> None:
    """Table 5 of arXiv 1912.05027."""
    spec = ResNetFpn(RESNET_DEPTHS[depth])
    heads = mask_rcnn_head_cost(MaskRCNNScale(), spec.fpn_filters, maps(spec, 640))
    cost = resnet_fpn_cost(spec, 640) + heads
    assert cost.params / 1e6 == pytest.approx(params, abs=0.05)


def test_the_backbone_alone_costs_what_the_reference_counted() -> None:
    """`verification` of reference/spinenet_reference.json, row R50-FPN."""
    cost = resnet_fpn_cost(ResNetFpn(), 640)
    assert round(cost.params / 1e6, 3) == 27.379
    assert round(cost.madds / 1e9, 2) == 39.86


@pytest.mark.parametrize(
    "wrong",
    [
        {"depths": (3, 4, 6)},
        {"depths": (3, 4, 0, 3)},
        {"filter_scale": 0.0},
        {"filter_scale": 0.01},
        {"filter_scale": float("nan")},
        {"fpn_filters": 0},
        {"stem_filters": 1.5},
        {"stem_stride": 3},
        {"min_level": 1},
        {"max_level": 8},
        {"max_level": 4},
        {"max_level": 6.5},
        {"depths": 5},
        {"depths": [3, 4, 6, 3]},
        {"filter_scale": "1"},
        {"filter_scale": None},
        {"filter_scale": True},
        {"stem_stride": 4.0},
    ],
)
def test_a_pyramid_that_cannot_be_built_is_refused_in_one_line(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidSpace, match=next(iter(wrong))) as caught:
        ResNetFpn(**wrong)
    assert "\n" not in str(caught.value)


def test_an_empty_image_is_refused() -> None:
    with pytest.raises(InvalidSpace, match="image size 0"):
        resnet_fpn_cost(ResNetFpn(), 0)
