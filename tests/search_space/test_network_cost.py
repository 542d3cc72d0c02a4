import pytest

from search_space import SPINENET_49, HeadScale, InvalidSpace, MaskRCNNScale
from search_space.conv_cost import Cost
from search_space.model_sizes import MODEL_SIZES, ModelSize
from search_space.network_cost import NETWORKS, PUBLISHED_COSTS, PublishedCost, network_cost
from search_space.shown import shown

# Counted in the official implementation, tf-models-official 2.20.0, 91 classes: millions of
# parameters and billions of multiply-adds of the backbone, the same of RetinaNet, and RetinaNet's
# with one for every number that a norm puts out.
COUNTS = {
    "spinenet-49s": (9.089, 12.325, 11.266, 30.779, 30.863),
    "spinenet-49s-256": (9.473, 12.778, 11.945, 33.745, 33.831),
    "spinenet-49": (21.831, 28.262, 28.543, 85.282, 85.414),
    "spinenet-96": (36.263, 119.054, 42.975, 265.024, 265.490),
    "spinenet-143": (60.248, 295.259, 66.960, 523.338, 524.304),
    "spinenet-190": (126.588, 620.983, 163.637, 1881.660, 1883.323),
    "spinenet-mobile-49": (2.269, 0.785, 2.338, 0.981, 1.005),
    "spinenet-mobile-49s": (0.976, 0.341, 1.031, 0.496, 0.511),
    "spinenet-mobile-49xs": (0.842, 0.129, 0.873, 0.166, 0.172),
}
# Trainable parameters of the same networks' backbones, to the last one (read with Keras).
BACKBONE_PARAMS = {
    "spinenet-49s": 9_089_215,
    "spinenet-49": 21_831_488,
    "spinenet-96": 36_262_976,
    "spinenet-143": 60_247_616,
    "spinenet-143l": 100_796_257,
    "spinenet-190": 126_587_664,
    "spinenet-mobile-49": 2_268_708,
    "spinenet-mobile-49s": 975_678,
    "spinenet-mobile-49xs": 842_456,
}
# What the printed figures leave open, and what our reading of the papers does. 49S as configured
# is another network than the published one; R23-SP30 was read off a figure.
PARAMS_OFF = {"spinenet-49s": 0.06, "spinenet-mobile-49s": 0.07, "spinenet-mobile-49xs": 0.07}
MADDS_OFF = {
    ("spinenet-49s", "retinanet"): 0.09,
    ("r0-sp53", "retinanet"): 0.003,
    ("r23-sp30", "retinanet"): 0.01,
    ("spinenet-49s", "mask-rcnn"): 0.007,
}


def cost(name: str, network: str) -> Cost:
    return network_cost(MODEL_SIZES[name], network, MODEL_SIZES[name].image_size)


@pytest.mark.parametrize("name", COUNTS)
def test_the_count_is_the_official_networks_to_the_last_printed_digit(name: str) -> None:
    backbone, detector = cost(name, "backbone"), cost(name, "retinanet")
    assert COUNTS[name] == (
        round(backbone.params / 1e6, 3),
        round(backbone.madds / 1e9, 3),
        round(detector.params / 1e6, 3),
        round(detector.madds / 1e9, 3),
        round((detector.madds + detector.norms) / 1e9, 3),
    )


@pytest.mark.parametrize("name", BACKBONE_PARAMS)
def test_a_backbone_has_exactly_the_official_parameters(name: str) -> None:
    assert cost(name, "backbone").params == BACKBONE_PARAMS[name]


@pytest.mark.parametrize(
    "published", [p for p in PUBLISHED_COSTS if p.params], ids=lambda p: f"{p.model}-{p.network}"
)
def test_parameters_are_the_published_ones(published: PublishedCost) -> None:
    """To the tenth of a million that is printed, and 0.4 % where the sources differ."""
    found = network_cost(MODEL_SIZES[published.model], published.network, published.image_size)
    assert published.params is not None
    slack = PARAMS_OFF.get(published.model, 0.004) * published.params
    if published.network == "mask-rcnn":
        slack = 0.0
    assert abs(found.params - published.params) <= max(50_500, slack)


@pytest.mark.parametrize(
    "published", PUBLISHED_COSTS, ids=lambda p: f"{p.model}-{p.network}-{p.image_size}"
)
def test_multiply_adds_with_norms_are_the_published_ones(published: PublishedCost) -> None:
    """Within 0.3 %, or half of the last printed digit where that is more (3.5B, 0.17B)."""
    found = network_cost(MODEL_SIZES[published.model], published.network, published.image_size)
    off = abs(found.madds + found.norms - published.madds)
    digit = 0.05e9 if published.madds > 2e9 else 0.01e9
    share = MADDS_OFF.get((published.model, published.network), 0.003)
    assert off <= max(digit, share * published.madds)


@pytest.mark.parametrize("name", ["spinenet-49", "spinenet-96", "spinenet-143", "spinenet-190"])
def test_every_regular_row_of_the_zoo_is_within_a_thousandth(name: str) -> None:
    """The goal that was set; 49S too, in the reading with 256 endpoint filters."""
    for published in PUBLISHED_COSTS:
        if (published.model, published.network) == (name, "retinanet"):
            found = network_cost(MODEL_SIZES[name], "retinanet", published.image_size)
            assert abs(found.madds + found.norms - published.madds) <= 1e-3 * published.madds


@pytest.mark.parametrize("network", NETWORKS[1:])
def test_heads_cost_something_on_any_backbone(network: str) -> None:
    for name in MODEL_SIZES:
        whole, backbone = cost(name, network), cost(name, "backbone")
        assert whole.params > backbone.params
        assert whole.madds > backbone.madds


def test_a_rectangle_costs_what_its_area_costs() -> None:
    model = MODEL_SIZES["spinenet-49"]
    square, rectangle = (network_cost(model, "retinanet", size) for size in (512, (256, 1024)))
    assert square == rectangle


@pytest.mark.parametrize("network", ["nope", "Backbone", "", None, ["retinanet"]])
def test_an_unknown_network_is_refused_with_the_known_ones(network: object) -> None:
    with pytest.raises(InvalidSpace, match=r"network .*backbone, retinanet, mask-rcnn, classifier"):
        network_cost(MODEL_SIZES["spinenet-49"], network, 640)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "size", [0, -5, float("nan"), 3.5, None, "640", True, (1,), (1, 2, 3), (640, 3.5), 10**40]
)
def test_an_image_size_that_is_no_size_is_refused_by_value(size: object) -> None:
    with pytest.raises(InvalidSpace, match=r"image size .*one side or") as caught:
        network_cost(MODEL_SIZES["spinenet-49"], "retinanet", size)  # type: ignore[arg-type]
    assert shown(size) in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"architecture": "x"},
        {"backbone": None},
        {"head": MaskRCNNScale()},
        {"image_size": 0},
        {"image_size": "640"},
        {"mask_rcnn": HeadScale()},
        {"activation": "tanh"},
    ],
)
def test_a_model_size_of_other_types_is_refused_by_name(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidSpace, match=next(iter(settings))):
        ModelSize(**{"architecture": SPINENET_49, **settings})  # type: ignore[arg-type]
