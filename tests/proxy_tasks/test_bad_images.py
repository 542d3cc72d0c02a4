"""Pictures that fuzzing found hard to read (tests/fuzz)."""

import io
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from proxy_tasks import image_cache
from proxy_tasks.coco_annotations import CocoImage
from proxy_tasks.errors import DataError
from proxy_tasks.image_cache import cached_images

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 40 30\n%%EndComments\nshowpage\n%%EOF\n"


def decoded(content: bytes, folder: Path, width: int = 40, height: int = 30, size: int = 32) -> Any:
    (folder / "picture").write_bytes(content)
    image = CocoImage(1, "picture", width, height)
    return cached_images(folder, [image], size, folder / "cache")[0]


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def test_a_picture_of_one_column_takes_no_square_of_its_height(tmp_path: Path) -> None:
    """That square would hold 12 GB."""
    column = Image.new("RGB", (1, 65_000), (255, 0, 0))
    pixels = decoded(saved(column), tmp_path, 1, 65_000)
    assert (pixels[:, 1:] == image_cache.PADDING).all()


@pytest.mark.parametrize("size", [(300, 7), (7, 300), (41, 40), (1, 1)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_bands_give_the_pixels_of_the_whole_square(
    size: tuple[int, int], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_cache, "BAND", 500)
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    content = saved(Image.fromarray(pixels), kind)
    found = decoded(content, tmp_path, *size)
    with Image.open(io.BytesIO(content)) as picture:
        drafted = picture.draft("RGB", (64, 64))
        longest = float(max(drafted[1][2:] if drafted else size))
        square = Image.new("RGB", (max(picture.size),) * 2, image_cache.PADDING)
        square.paste(picture.convert("RGB"))
    wanted = square.resize((32, 32), Image.Resampling.BILINEAR, box=(0, 0, longest, longest))
    assert np.array_equal(found, np.asarray(wanted))


def test_an_unknown_pixel_format_is_refused(tmp_path: Path) -> None:
    content = bytearray(saved(Image.new("RGB", (40, 30)), "DDS"))
    content[80:84] = b"\0\0\0\xff"
    with pytest.raises(DataError, match="cannot be decoded"):
        decoded(bytes(content), tmp_path)


def test_transparency_of_a_palette_is_no_warning(tmp_path: Path) -> None:
    picture = Image.new("RGB", (40, 30), (9, 9, 9)).convert("P")
    assert decoded(saved(picture, transparency=bytes(range(100))), tmp_path).shape == (32, 32, 3)


def test_a_program_in_postscript_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow would give it to Ghostscript."""
    started: list[object] = []
    monkeypatch.setattr(subprocess, "check_call", lambda *a, **_: started.append(a))
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", None)
    with pytest.raises(DataError, match="cannot be decoded"):
        decoded(EPS, tmp_path)
    assert started == []
