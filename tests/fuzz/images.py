"""Images: every format and mode that Pillow writes, damaged, or of a size that is a lie."""

import io
import struct
import zlib
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from proxy_tasks.coco_annotations import CocoImage
from proxy_tasks.image_cache import PADDING, cached_images
from tests.fuzz.command import read
from tests.fuzz.engine import Case, Fault
from tests.fuzz.mutations import damaged_bytes

SIZE = 32
WIDTH, HEIGHT = 40, 30
MODES = ("RGB", "L", "RGBA", "P", "1", "CMYK", "LA", "I;16", "I", "F", "YCbCr", "PA", "HSV", "LAB")
FORMATS = (
    "PNG",
    "JPEG",
    "GIF",
    "BMP",
    "TIFF",
    "WEBP",
    "PPM",
    "ICO",
    "JPEG2000",
    "TGA",
    "SGI",
    "PCX",
    "DDS",
    "MPO",
)


def make_images(home: Path) -> Case:
    """The cache built of one image, damaged or not, annotated rightly or not."""
    whole = _pictures()

    def case(rng: Random, folder: Path) -> bool:
        content = rng.choice(whole)
        match rng.randrange(8):
            case 0:
                content = _lying_png(rng)
            case 1:
                content = rng.choice(
                    [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", rng.randbytes(300)]
                )
            case 2:
                pass
            case _:
                content = damaged_bytes(content, rng)
        (folder / "picture").write_bytes(content)
        sizes = [(WIDTH, HEIGHT)] * 6 + [
            (30, 40),
            (1, 70_000),
            (20_000, 20_000),
            (2**31, 1),
            (1, 1),
        ]
        width, height = _declared(content) if rng.random() < 0.6 else rng.choice(sizes)
        image = CocoImage(1, "picture", width, height)
        pixels = read(lambda: cached_images(folder, [image], SIZE, home / "cache"))
        if pixels is None:
            return False
        if pixels.shape != (1, SIZE, SIZE, 3):
            raise Fault(f"pixels {pixels.shape}")
        _check_padding(np.asarray(pixels[0]), width, height)
        return True

    return case


def _pictures() -> list[bytes]:
    """One picture of every mode in every format that takes it; one of three frames."""
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    found = []
    for mode in MODES:
        try:
            picture = Image.fromarray(noise).convert("L" if mode in ("I;16", "PA") else mode)
            picture = picture.convert(mode) if mode == "I;16" else picture
        except ValueError:
            continue
        for name in FORMATS:
            content = io.BytesIO()
            try:
                picture.save(content, name)
            except (OSError, ValueError, KeyError):  # a mode that the format does not have
                continue
            found.append(content.getvalue())
    frames = [Image.fromarray(np.roll(noise, i, 0)) for i in range(3)]
    for name in ("GIF", "PNG", "WEBP", "TIFF"):
        content = io.BytesIO()
        frames[0].save(content, name, save_all=True, append_images=frames[1:])
        found.append(content.getvalue())
    content = io.BytesIO()
    frames[0].convert("P").save(content, "PNG", transparency=bytes(range(100)))
    return [*found, content.getvalue()]


def _lying_png(rng: Random) -> bytes:
    """A header of any size and depth, right in itself, before hardly any data."""
    sides = [0, 1, 40, 13_000, 65_535, 10**6, 2**31 - 1, 2**32 - 1]
    header = struct.pack(
        ">IIBBBBB", rng.choice(sides), rng.choice(sides), rng.choice([1, 8, 16, 3]), rng.choice([0,
        2, 3, 6, 9]),
        0, 0, rng.choice([0, 1]),
    )  # fmt: skip
    data = zlib.compress(bytes(rng.choice([0, 100, 100_000])))
    parts = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _declared(content: bytes) -> tuple[int, int]:
    """What a PNG's header says, so that the annotations agree with the lie."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) > 24:
        width, height = struct.unpack(">II", content[16:24])
        return max(1, width), max(1, height)
    return WIDTH, HEIGHT


def _check_padding(pixels: np.ndarray, width: int, height: int) -> None:
    """Right of the picture and below it everything is grey; the filter reaches two pixels far."""
    scale = SIZE / max(width, height)
    right, below = int(width * scale) + 3, int(height * scale) + 3
    outside = [*pixels[below:].reshape(-1, 3).tolist(), *pixels[:, right:].reshape(-1, 3).tolist()]
    if any(tuple(pixel) != PADDING for pixel in outside):
        raise Fault("the padding is not grey")
