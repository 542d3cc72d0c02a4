import pytest
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.blocks import Resample
from proxy_tasks.classifier import SpineNetClassifier
from search_space import SPINENET_49, BackboneScale
from search_space.model_sizes import MODEL_SIZES

NARROW = BackboneScale(filter_scale=0.125, endpoint_filters=16, stem_filters=16)


@pytest.mark.parametrize(
    ("name", "params", "madds"),
    [
        ("spinenet-49", 22.088, 3.478),
        ("spinenet-96", 36.519, 5.723),
        ("spinenet-143", 60.504, 9.087),
        ("spinenet-190", 127.100, 19.111),
    ],
)
def test_parameters_and_multiply_adds_are_the_reference_s(
    name: str, params: float, madds: float
) -> None:
    """`verification` of reference/spinenet_reference.json, in millions and billions at 224 px."""
    size = MODEL_SIZES[name]
    counter = FlopCounterMode(display=False)
    with torch.device("meta"), counter:
        model = SpineNetClassifier(SpineNetBackbone(size.architecture, size.backbone)).eval()
        for module in model.modules():
            if isinstance(module, Resample):
                module.expand_first = False  # the order that the official counts assume
        model(torch.zeros(1, 224, 224, 3))
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(params, abs=1e-3)
    assert counter.get_total_flops() / 2e9 == pytest.approx(madds, abs=1e-3)


@pytest.mark.parametrize("size", [(128, 128), (224, 224), (77, 130)])
def test_the_head_is_the_mean_of_all_maps_at_the_finest_size(size: tuple[int, int]) -> None:
    """Official: from P7 down, each sum is resized to the next map's size by nearest neighbour."""
    backbone = SpineNetBackbone(SPINENET_49, NARROW).eval()
    classifier = SpineNetClassifier(backbone, 5)
    images = torch.randn(2, *size, 3)
    maps = {level: x.permute(0, 3, 1, 2) for level, x in backbone(images).items()}
    total = maps[7]
    for level in (6, 5, 4, 3):
        total = F.interpolate(total, size=maps[level].shape[2:], mode="nearest") + maps[level]
    torch.testing.assert_close(classifier.embed(images), (total / 5).mean((2, 3)))
    assert classifier(images).shape == (2, 5)


def patterns(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Noisy 32 px images of 3 classes: stripes across, stripes down, grey."""
    labels = torch.randint(0, 3, (count,), generator=generator)
    stripe = (torch.arange(32) // 2 % 2 * 2 - 1).float()
    down, across = stripe[None, :].expand(32, 32), stripe[:, None].expand(32, 32)
    kinds = torch.stack([across, down, torch.zeros(32, 32)])
    noise = 0.3 * torch.randn(count, 32, 32, 3, generator=generator)
    return kinds[labels][..., None] + noise, labels


def train(steps: int, seed: int) -> SpineNetClassifier:
    generator = torch.Generator().manual_seed(seed)
    backbone = SpineNetBackbone(
        SPINENET_49, NARROW, normalization="group_norm", zero_init=True, generator=generator
    )
    model = SpineNetClassifier(backbone, 3, generator=generator)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(steps):
        images, labels = patterns(16, generator)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


def test_a_trained_classifier_knows_patterns_it_has_not_seen() -> None:
    """127 or 128 right of 128 with seeds 0 to 3; by chance 100 have a probability below 1e-20."""
    images, labels = patterns(128, torch.Generator().manual_seed(1000))
    classifier = train(40, seed=0)
    assert int((classifier(images).argmax(1) == labels).sum()) >= 100


def test_a_training_is_the_same_for_one_seed_and_another_for_another() -> None:
    first, again, other = (train(2, seed).linear.weight.detach() for seed in (0, 0, 1))
    torch.testing.assert_close(first, again, rtol=0, atol=0)
    assert not torch.equal(first, other)
