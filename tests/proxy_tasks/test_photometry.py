"""Oracle: Pillow's ImageEnhance, which clips to 0..255 and rounds."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance
from torch import Tensor

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.photometry import (
    adjust_brightness,
    adjust_contrast,
    adjust_saturation,
    change_photometry,
    cut_out,
)
from proxy_tasks.scale_jitter import GREY

GENERATOR = torch.Generator().manual_seed(3)
IMAGES = torch.randint(0, 256, (5, 20, 20, 3), generator=GENERATOR).byte()
FACTORS = torch.tensor([0.5, 0.8, 1.0, 1.3, 1.9]).view(5, 1, 1, 1)


@pytest.mark.parametrize(
    ("ours", "pillows"),
    [
        (adjust_brightness, ImageEnhance.Brightness),
        (adjust_contrast, ImageEnhance.Contrast),
        (adjust_saturation, ImageEnhance.Color),
    ],
)
def test_it_changes_an_image_as_pillow_does(
    ours: Callable[[Tensor, Tensor], Tensor],
    pillows: Callable[[Image.Image], ImageEnhance._Enhance],
) -> None:
    found = ours(IMAGES.float(), FACTORS).clamp(0, 255)
    for image, factor, changed in zip(IMAGES, FACTORS.flatten(), found, strict=True):
        wanted = pillows(Image.fromarray(image.numpy())).enhance(float(factor))
        np.testing.assert_allclose(changed, np.asarray(wanted), atol=1.5)


def changed(seed: int = 0, images: Tensor = IMAGES, **settings: float) -> Tensor:
    recipe = AugmentationRecipe(**settings)  # type: ignore[arg-type]
    return change_photometry(images, recipe, torch.Generator().manual_seed(seed))


def test_without_any_change_values_are_the_same() -> None:
    torch.testing.assert_close(changed(), IMAGES.float(), rtol=0, atol=0)


def test_each_image_has_a_factor_of_its_own_within_the_spread() -> None:
    """All of a flat image's values are scaled alike: 1,000 factors; Kolmogorov-Smirnov, 1e-6."""
    from scipy.stats import kstest

    flat = torch.full((1000, 2, 2, 3), 100, dtype=torch.uint8)
    factors = changed(images=flat, brightness=0.25) / 100
    assert (factors == factors[:, :1, :1, :1]).all()
    assert kstest(factors[:, 0, 0, 0], "uniform", (0.75, 0.5)).pvalue > 1e-6


def test_noise_has_the_standard_deviation_that_was_asked_for() -> None:
    """60,000 values: the sample's deviation is within 5 of its standard errors; alarm 6e-7."""
    flat = torch.full((5, 20, 200, 3), 128, dtype=torch.uint8)
    spread = (changed(images=flat, noise=4.0) - 128).std()
    assert abs(spread - 4) < 5 * 4 / (2 * 60_000) ** 0.5


def test_values_stay_within_0_and_255() -> None:
    found = changed(brightness=1.0, contrast=1.0, saturation=1.0, noise=80.0)
    assert found.min() >= 0 and found.max() <= 255


def test_a_cut_out_square_is_grey_and_the_rest_untouched() -> None:
    found = cut_out(IMAGES.float(), torch.tensor([[12.0, 5.0]]).expand(5, 2), side=6)
    wanted = IMAGES.float()
    wanted[:, 2:8, 9:15] = GREY  # rows are y
    torch.testing.assert_close(found, wanted, rtol=0, atol=0)


def test_a_square_may_lie_partly_outside() -> None:
    found = cut_out(IMAGES.float(), torch.tensor([[0.0, 20.0]]).expand(5, 2), side=8)
    assert (found != IMAGES).any(3).sum((1, 2)).le(16).all()
    assert (found[:, 16:, :4] == GREY).all()


def test_one_seed_gives_one_draw_and_another_another() -> None:
    settings = {"brightness": 0.3, "noise": 2.0, "cutout": 0.3}
    assert torch.equal(changed(1, **settings), changed(1, **settings))
    assert not torch.equal(changed(1, **settings), changed(2, **settings))
