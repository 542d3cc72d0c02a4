"""Pictures decoded and brought to one square canvas once, then read as a memory map."""

import hashlib
import json
import os
import stat
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from proxy_tasks.array_cache import BuildProgress, read_cached, read_only, silent
from proxy_tasks.coco_annotations import CocoImage
from proxy_tasks.errors import DataError
from proxy_tasks.growing_array import GrowingArray, rows_written

VERSION = 1  # raise when the same picture gives other pixels
# Pillow's decoders answer damage with whatever they trip over first
DECODER_ERRORS = (
    *(OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, AttributeError),
    *(ArithmeticError, RuntimeError, MemoryError, struct.error, zlib.error),
    Image.DecompressionBombError,
)
IMAGES = "images.npy"
CHUNK = 64  # pictures decoded between two writes; what a kill can lose
PADDING = (114, 114, 114)  # the grey that fills the canvas right of and below a picture
BAND = 16_000_000  # pixels of padded rows that are resized at once


def canvas_scale(image: CocoImage, image_size: int) -> float:
    """Canvas pixels per source pixel, the same both ways: the longest side fills the canvas."""
    return image_size / max(image.width, image.height)


def cached_images(
    folder: Path,
    images: Sequence[CocoImage],
    image_size: int,
    cache_dir: Path,
    progress: BuildProgress = silent,
) -> NDArray[np.uint8]:
    """The pictures as a read-only map, uint8 [N, S, S, 3] RGB, at the top left of grey canvases.

    They are decoded again when a file's name, length or time of change differ; reading a hundred
    thousand files for their content would take as long as decoding them. One process decodes, with
    a thread a core; killed, the next goes on; others wait. `progress` hears of pictures done.
    Raises DataError for a file that is missing, not readable as a picture, cut, or of another size
    than annotated, and for a disk that is full.
    """
    key = "images-" + _fingerprint(folder, images, image_size)

    shape = (len(images), image_size, image_size, 3)

    def decoded(image: CocoImage) -> NDArray[np.uint8]:
        return _on_canvas(folder / image.file_name, image, image_size)

    def build(directory: Path) -> None:
        with (
            warnings.catch_warnings(),
            GrowingArray(directory / IMAGES, shape) as array,
            ThreadPoolExecutor(_cores()) as pool,
        ):
            warnings.simplefilter("ignore")  # Pillow's, of metadata and transparency
            progress(array.rows, len(images))
            while array.rows < len(images):
                chunk = images[array.rows : array.rows + CHUNK]
                array.append(np.stack(list(pool.map(decoded, chunk))))
                progress(array.rows, len(images))

    def waiting(directory: Path) -> None:
        progress(rows_written(directory / IMAGES), len(images))

    size = int(np.prod(shape))

    def read(entry: Path) -> NDArray[np.uint8]:
        return read_only(entry / IMAGES, shape)

    return read_cached(cache_dir, key, build, read, size=size, waiting=waiting)


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _formats() -> list[str]:
    """All that Pillow decodes, but for EPS: that is a program, which Ghostscript would run."""
    Image.init()
    return [name for name in Image.ID if name != "EPS"]


def _fingerprint(folder: Path, images: Sequence[CocoImage], image_size: int) -> str:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps([VERSION, image_size, str(folder.resolve())]).encode())
    for image in images:
        path = folder / image.file_name
        try:
            status = path.stat()
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            reason = getattr(error, "strerror", None) or error
            raise DataError(
                f"{path}: image {image.id} cannot be found ({reason});"
                " put the file there or take the image out of the annotations"
            ) from error
        if not stat.S_ISREG(status.st_mode):
            raise DataError(f"{path}: image {image.id} is not a file; correct its file_name")
        line = [image.file_name, image.width, image.height, status.st_size, status.st_mtime_ns]
        digest.update(json.dumps(line).encode())
    return digest.hexdigest()


def picture_on_canvas(path: Path, image_size: int) -> tuple[NDArray[np.uint8], float]:
    """A picture of no data set as `cached_images` has those, and canvas pixels per source pixel.

    [S, S, 3] RGB; EXIF's rotation is left alone. Raises DataError for what is no whole picture.
    """
    with warnings.catch_warnings(), _decoding(path, "the picture", "fetch the file again") as found:
        warnings.simplefilter("ignore")  # Pillow's, of metadata and transparency
        scale = image_size / max(found.size)
        return _resized(found, image_size), scale


def _on_canvas(path: Path, image: CocoImage, image_size: int) -> NDArray[np.uint8]:
    way_out = "fetch the file again, or take the image out of the annotations or its class's folder"
    with _decoding(path, f"image {image.id}", way_out) as picture:
        if picture.size != (image.width, image.height):
            raise DataError(
                f"{path}: {picture.width} x {picture.height} px, but annotated as"
                f" {image.width} x {image.height} (image {image.id}); its boxes cannot fit"
            )
        return _resized(picture, image_size)


@contextmanager
def _decoding(path: Path, name: str, way_out: str) -> Iterator[Image.Image]:
    """An opened picture; what goes wrong with it here is a DataError."""
    try:
        with path.open("rb") as file, Image.open(file, formats=_formats()) as picture:
            if picture.mode.startswith(("I", "F")):  # conversion to RGB would cut them to white
                raise DataError(
                    f"{path}: {name} has 16 bits or more a pixel ({picture.mode});"
                    " convert it to 8 bits"
                )
            yield picture
    except DataError:
        raise
    except DECODER_ERRORS as error:
        raise DataError(
            f"{path}: {name} cannot be decoded ({str(error) or type(error).__name__}); {way_out}"
        ) from error


def _resized(picture: Image.Image, image_size: int) -> NDArray[np.uint8]:
    """Scale by exactly image_size / longest side, so that boxes scale with their pixels."""
    longest = float(max(picture.size))
    # JPEG decodes straight to 1/2, 1/4 or 1/8 while that leaves twice the pixels asked for
    drafted = picture.draft("RGB", (2 * image_size, 2 * image_size))
    if drafted is not None:
        _, (_, _, width, height) = drafted
        longest = float(max(width, height))
    narrow = _narrowed(picture.convert("RGB"), image_size, longest)
    small = narrow.resize(
        (image_size, image_size), Image.Resampling.BILINEAR, box=(0, 0, image_size, longest)
    )
    return np.asarray(small)


def _narrowed(picture: Image.Image, image_size: int, longest: float) -> Image.Image:
    """The picture on a square of its longest side, and that square's width scaled.

    Row by row this is the first half of what Pillow makes of the square in one go. In bands: the
    square around a picture of 1 x 65,000 pixels would take 12 GB.
    """
    side = max(picture.size)
    narrow = Image.new("RGB", (image_size, side), PADDING)
    rows = max(1, BAND // side)
    for top in range(0, picture.height, rows):
        high = min(rows, picture.height - top)
        band = Image.new("RGB", (side, high), PADDING)
        band.paste(picture.crop((0, top, picture.width, top + high)))
        box = (0, 0, longest, high)
        narrow.paste(band.resize((image_size, high), Image.Resampling.BILINEAR, box=box), (0, top))
    return narrow
