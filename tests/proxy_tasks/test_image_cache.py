import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from proxy_tasks.coco_annotations import CocoImage
from proxy_tasks.errors import DataError
from proxy_tasks.image_cache import PADDING, cached_images


def save(folder: Path, pixels: NDArray[np.uint8], name: str = "a.png") -> CocoImage:
    folder.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(folder / name)
    return CocoImage(1, name, pixels.shape[1], pixels.shape[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def noise() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)


def test_at_its_own_size_a_picture_is_unchanged(
    folder: Path, cache: Path, noise: NDArray[np.uint8]
) -> None:
    (canvas,) = cached_images(folder, [save(folder, noise)], 32, cache)
    assert np.array_equal(canvas[:24], noise)
    assert (canvas[24:] == PADDING).all()


def test_half_the_size_is_the_mean_of_neighbours(folder: Path, cache: Path) -> None:
    flat = np.repeat(np.repeat(np.arange(12 * 16).reshape(12, 16), 2, 0), 2, 1)
    image = save(folder, np.stack([flat] * 3, axis=2).astype(np.uint8))
    (canvas,) = cached_images(folder, [image], 16, cache)
    inside = canvas[1:11, 1:15, 0].astype(int) - flat[2:22:2, 2:30:2]
    assert np.abs(inside).max() <= 1  # a linear ramp keeps its values


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
@pytest.mark.parametrize(("height", "width"), [(427, 640), (640, 427), (501, 333), (100, 799)])
def test_a_mark_in_the_picture_lands_where_its_scaled_box_says(
    folder: Path, cache: Path, name: str, height: int, width: int
) -> None:
    pixels = np.zeros((height, width, 3), np.uint8)
    x1, y1, x2, y2 = width // 2, height // 3, width - width // 5, height - height // 4
    pixels[y1:y2, x1:x2] = 255
    (canvas,) = cached_images(folder, [save(folder, pixels, name)], 64, cache)
    scale = 64 / max(height, width)
    bottom, right = int(height * scale) - 1, int(width * scale) - 1  # grey blends into the last
    light = canvas[:bottom, :right, 0] / 255.0
    rows, columns = (np.arange(n) + 0.5 for n in light.shape)
    assert light.sum() == pytest.approx((x2 - x1) * (y2 - y1) * scale**2, rel=0.02)
    assert light.sum(0) @ columns / light.sum() == pytest.approx((x1 + x2) / 2 * scale, abs=0.05)
    assert light.sum(1) @ rows / light.sum() == pytest.approx((y1 + y2) / 2 * scale, abs=0.05)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1"])
def test_every_8_bit_mode_becomes_rgb(folder: Path, cache: Path, mode: str) -> None:
    folder.mkdir()
    name = "a.tif" if mode == "CMYK" else "a.png"
    Image.new("RGB", (8, 8), (255, 255, 255)).convert(mode).save(folder / name)
    (canvas,) = cached_images(folder, [CocoImage(1, name, 8, 8)], 8, cache)
    assert (canvas == 255).all()


def test_pixels_are_mapped_read_only(folder: Path, cache: Path, noise: NDArray[np.uint8]) -> None:
    images = cached_images(folder, [save(folder, noise)], 32, cache)
    assert isinstance(images, np.memmap)
    assert not images.flags.writeable


def test_pictures_are_decoded_once(folder: Path, cache: Path, noise: NDArray[np.uint8]) -> None:
    image = save(folder, noise)
    before = (folder / "a.png").stat()
    cached_images(folder, [image], 32, cache)
    (folder / "a.png").write_bytes(bytes(before.st_size))  # same size and time: not looked into
    os.utime(folder / "a.png", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert np.array_equal(cached_images(folder, [image], 32, cache)[0, :24], noise)


def test_a_changed_file_is_decoded_again(
    folder: Path, cache: Path, noise: NDArray[np.uint8]
) -> None:
    cached_images(folder, [save(folder, noise)], 32, cache)
    image = save(folder, 255 - noise)
    assert np.array_equal(cached_images(folder, [image], 32, cache)[0, :24], 255 - noise)


def test_each_size_has_its_own_entry(folder: Path, cache: Path, noise: NDArray[np.uint8]) -> None:
    image = save(folder, noise)
    assert cached_images(folder, [image], 32, cache).shape == (1, 32, 32, 3)
    assert cached_images(folder, [image], 16, cache).shape == (1, 16, 16, 3)


def refusal(folder: Path, image: CocoImage, cache: Path) -> str:
    with pytest.raises(DataError) as caught:
        cached_images(folder, [image], 16, cache)
    assert "\n" not in str(caught.value)
    assert str(folder / image.file_name) in str(caught.value)
    return str(caught.value)


def test_a_missing_picture_is_refused(folder: Path, cache: Path) -> None:
    assert "cannot be found" in refusal(folder, CocoImage(1, "gone.png", 8, 8), cache)
    assert "cannot be found" in refusal(folder, CocoImage(1, "x" * 999, 8, 8), cache)


def test_a_folder_in_a_pictures_place_is_refused(folder: Path, cache: Path) -> None:
    (folder / "a.png").mkdir(parents=True)
    assert "is not a file" in refusal(folder, CocoImage(1, "a.png", 8, 8), cache)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.bmp"])
def test_a_cut_picture_is_refused(
    folder: Path, cache: Path, noise: NDArray[np.uint8], name: str
) -> None:
    image = save(folder, noise, name)
    whole = (folder / name).read_bytes()
    for length in (0, 10, len(whole) // 2):
        (folder / name).write_bytes(whole[:length])
        assert "cannot be decoded" in refusal(folder, image, cache)


def test_a_picture_of_another_size_than_annotated_is_refused(
    folder: Path, cache: Path, noise: NDArray[np.uint8]
) -> None:
    save(folder, noise)
    said = refusal(folder, CocoImage(1, "a.png", 24, 32), cache)
    assert "32 x 24 px, but annotated as 24 x 32" in said


def test_a_16_bit_picture_is_refused(folder: Path, cache: Path) -> None:
    folder.mkdir()
    Image.fromarray(np.full((8, 8), 3000, np.uint16)).save(folder / "a.png")
    assert "16 bits" in refusal(folder, CocoImage(1, "a.png", 8, 8), cache)
