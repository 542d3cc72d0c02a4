import pytest
import torch
from torch import nn

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.features_only import FeaturesOnly
from search_space import SPINENET_49
from search_space.scale import BackboneScale

NARROW = BackboneScale(filter_scale=0.125, endpoint_filters=16, stem_filters=16)


@pytest.fixture(scope="module")
def model() -> FeaturesOnly:
    return FeaturesOnly(SpineNetBackbone(SPINENET_49, NARROW)).eval()


def test_feature_info_says_the_true_channels_and_strides(model: FeaturesOnly) -> None:
    maps = model(torch.zeros(1, 3, 256, 128))
    for info, found in zip(model.feature_info, maps, strict=True):
        reduction = info["reduction"]
        assert isinstance(reduction, int)
        assert found.shape == (1, info["num_chs"], 256 // reduction, 128 // reduction)


def test_feature_info_names_the_modules_that_make_the_maps(model: FeaturesOnly) -> None:
    seen: list[torch.Tensor] = []
    for info in model.feature_info:
        made_by = model.get_submodule(str(info["module"]))
        made_by.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    maps = model(torch.randn(1, 3, 64, 64))
    assert all(torch.equal(a.permute(0, 3, 1, 2), b) for a, b in zip(seen, maps, strict=True))


def test_any_image_size_gives_sides_rounded_up(model: FeaturesOnly) -> None:
    sizes = [tuple(found.shape[2:]) for found in model(torch.zeros(1, 3, 100, 65))]
    assert sizes == [(13, 9), (7, 5), (4, 3), (2, 2), (1, 1)]


def test_the_maps_are_the_backbones_finest_first(model: FeaturesOnly) -> None:
    images = torch.randn(2, 3, 64, 96)
    maps = model.backbone(images.permute(0, 2, 3, 1))
    for level, found in zip((3, 4, 5, 6, 7), model(images), strict=True):
        assert torch.equal(found.permute(0, 2, 3, 1), maps[level])


def test_levels_are_those_of_the_backbone() -> None:
    model = FeaturesOnly(SpineNetBackbone(SPINENET_49, NARROW, min_level=4, max_level=6))
    assert [info["reduction"] for info in model.feature_info] == [16, 32, 64]


def test_torch_detectors_find_out_channels_and_a_usual_module(model: FeaturesOnly) -> None:
    """torchvision reads a backbone's out_channels; a convolution takes the maps as they are."""
    head = nn.Conv2d(model.out_channels, 4, 3, padding=1)
    assert [head(found).shape[1] for found in model(torch.zeros(1, 3, 64, 64))] == [4] * 5
