"""Oracles: Pillow's affine resampling, an integer shift by slicing, and boxes read off pixels."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import Batch
from proxy_tasks.scale_jitter import GREY, LEAST_SIDE, picture_extent, scale_and_shift

SIZE = 48


def noise(count: int = 1, height: int = SIZE, width: int = SIZE) -> Tensor:
    """Pictures of noise at the top left of grey canvases, uint8 `[B, S, S, 3]`."""
    images = torch.full((count, SIZE, SIZE, 3), GREY, dtype=torch.uint8)
    shape = (count, height, width, 3)
    generator = torch.Generator().manual_seed(1)
    images[:, :height, :width] = torch.randint(0, 100, shape, generator=generator).byte()
    return images


def batch_of(images: Tensor, box: tuple[float, ...] = (10, 8, 30, 36)) -> Batch:
    boxes = torch.tensor(box).expand(len(images), 1, 4)
    return Batch(images, boxes, torch.zeros(len(images), 1, dtype=torch.long))


def moved(batch: Batch, seed: int = 0, **settings: object) -> Batch:
    recipe = AugmentationRecipe(**settings)  # type: ignore[arg-type]
    return scale_and_shift(batch, recipe, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("seed", range(3))
def test_a_shift_moves_whole_pixels_and_fills_with_grey(seed: int) -> None:
    batch = batch_of(noise(), (12, 12, 30, 30))
    found = moved(batch, seed, shift=0.2)
    right, down = (found.boxes - batch.boxes)[0, 0, :2].int().tolist()
    assert (right, down) != (0, 0) and max(abs(right), abs(down)) <= 0.2 * SIZE
    wanted = np.pad(
        batch.images[0].float(), ((SIZE, SIZE), (SIZE, SIZE), (0, 0)), constant_values=GREY
    )
    wanted = wanted[SIZE - down : 2 * SIZE - down, SIZE - right : 2 * SIZE - right]
    np.testing.assert_allclose(found.images[0], wanted, atol=0.05)


@pytest.mark.parametrize("scale", [1.5, 2.0])
def test_a_larger_picture_is_a_crop_of_pillows(scale: float) -> None:
    batch = batch_of(noise(), (20, 20, 28, 28))
    found = moved(batch, scale_jitter=(scale, scale))
    x, y = (batch.boxes * scale)[0, 0, :2].numpy() - found.boxes[0, 0, :2].numpy()
    picture = Image.fromarray(batch.images[0].numpy())
    affine = (1 / scale, 0, x / scale, 0, 1 / scale, y / scale)
    wanted = picture.transform(
        (SIZE, SIZE), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR
    )
    inside = slice(2, -2)  # at a picture's own edge Pillow repeats the last pixel
    np.testing.assert_allclose(
        found.images[0, inside, inside], np.asarray(wanted)[inside, inside], atol=1.1
    )


def test_a_smaller_picture_lies_at_the_top_left_on_grey() -> None:
    found = moved(batch_of(noise()), scale_jitter=(0.5, 0.5))
    assert found.images[0, : SIZE // 2, : SIZE // 2].sub(GREY).abs().amin((0, 1)).max() < 50
    assert (found.images[0, SIZE // 2 + 1 :] == GREY).all()
    assert (found.images[0, :, SIZE // 2 + 1 :] == GREY).all()
    assert found.boxes[0, 0].tolist() == [5, 4, 15, 18]


@pytest.mark.parametrize("mirrored", [False, True])
def test_crops_are_of_the_picture_and_not_of_the_grey_beside_it(mirrored: bool) -> None:
    """A picture of half the canvas's width fills it at scale 2, whichever side it is on."""
    images = noise(20, width=SIZE // 2)
    images = images.flip(2) if mirrored else images
    found = moved(batch_of(images), scale_jitter=(2.0, 2.0))
    grey = (found.images == GREY).all(3)
    assert not grey.any(1).any() and not grey.any(2).any()


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**31), low=st.floats(0.3, 2.0), shift=st.floats(0, 0.5))
def test_a_box_stays_around_its_object(seed: int, low: float, shift: float) -> None:
    """The object is white on black; what of it is in the picture spans the box within a pixel."""
    images = torch.zeros(4, SIZE, SIZE, 3, dtype=torch.uint8)
    images[:, 8:36, 10:30] = 255
    found = moved(batch_of(images), seed, scale_jitter=(low, 2.0), shift=shift)
    for image, box, label in zip(found.images, found.boxes[:, 0], found.labels[:, 0], strict=True):
        rows, columns = (image[..., 0] > 190).nonzero(as_tuple=True)
        if label < 0:
            assert len(rows) <= 2 * LEAST_SIDE * SIZE
            assert box.tolist() == [0, 0, 0, 0]
        elif len(rows):
            seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            np.testing.assert_allclose(box, np.array(seen), atol=1.01)


def test_an_object_that_leaves_the_picture_becomes_padding() -> None:
    batch = batch_of(noise(), (20, 20, 28, 28))
    labels = {int(moved(batch, seed, scale_jitter=(3.0, 3.0)).labels) for seed in range(20)}
    assert labels == {0, -1}


def test_a_sliver_under_a_pixel_is_no_object() -> None:
    tall = batch_of(noise(), (5, 5, 6.5, 40))
    assert int(moved(tall, scale_jitter=(0.5, 0.5)).labels) == -1
    assert int(moved(tall, scale_jitter=(0.9, 0.9)).labels) == 0


def test_scales_are_uniform_between_the_bounds() -> None:
    """Kolmogorov-Smirnov of 400 scales, read off boxes; false alarm 1e-6."""
    from scipy.stats import kstest

    images = noise(1).expand(400, -1, -1, -1)
    found = moved(batch_of(images, (0, 0, 20, 20)), scale_jitter=(0.5, 1.0))
    assert kstest(found.boxes[:, 0, 2] / 20, "uniform", (0.5, 0.5)).pvalue > 1e-6


def test_padding_stays_padding_and_a_batch_without_objects_is_fine() -> None:
    batch = Batch(noise(2), torch.zeros(2, 3, 4), torch.full((2, 3), -1))
    assert (moved(batch, shift=0.5).labels == -1).all()
    empty = Batch(noise(2), torch.zeros(2, 0, 4), torch.zeros(2, 0, dtype=torch.long))
    assert moved(empty, shift=0.5).boxes.shape == (2, 0, 4)


def test_the_extent_of_a_picture_is_what_is_not_grey() -> None:
    images = noise(2, height=20, width=30)
    images[1] = GREY
    first, last = picture_extent(images)
    assert first.tolist() == [[0, 0], [0, 0]]
    assert last.tolist() == [[30, 20], [SIZE, SIZE]]
