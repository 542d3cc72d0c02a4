"""Generated scenes to rank architectures on in seconds: colours are easy, context is not.

Red diamonds, green rings and blue discs on a calm noisy ground. The two diamond classes look the
same and differ only by the ring around one of them, which may span nearly the whole picture: a
network has to bring coarse features into small objects. No real data set is asked for this.
"""

import hashlib
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.array_cache import BuildProgress, read_cached, read_only, silent
from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.errors import DataError
from proxy_tasks.growing_array import GrowingArray, rows_written
from proxy_tasks.scene_drawing import draw_scenes
from proxy_tasks.scene_layout import ABSENT, CANVAS, CLASS_NAMES, sample_layout

VERSION = 1  # raise when the same seed gives other pictures
CHUNK = 250  # scenes drawn at once; each chunk has its own random stream
SMALLEST_CANVAS = 32
IMAGES, OBJECTS = "images.npy", "objects.npz"
SPLITS = ("train", "reward", "test")


def make_scenes(
    *,
    image_size: int = 64,
    train: int = 3000,
    reward: int = 400,
    test: int = 1000,
    seed: int = 0,
    cache_dir: Path,
    progress: BuildProgress = silent,
) -> DetectionData:
    """Disjoint splits of this many scenes, drawn once and then read from `cache_dir`.

    `progress` hears of the scenes of a split that are drawn, and of nothing where all are.
    A split's first scenes do not depend on its length, nor on the other splits. `test=0`: none.
    Raises DataError for a size under 32 px, an empty train or reward split, a full disk.
    """
    if image_size < SMALLEST_CANVAS:
        raise DataError(f"image_size is {image_size}; scenes need at least {SMALLEST_CANVAS} px")
    if train < 1 or reward < 1 or test < 0 or seed < 0:
        raise DataError(
            f"train={train}, reward={reward}, test={test}, seed={seed};"
            " train and reward need at least 1 scene, test and seed at least 0"
        )

    def split(name: str, count: int) -> DetectionSplit:
        return _split(name, count, image_size, seed, cache_dir, progress)

    return DetectionData(
        train=split("train", train),
        reward=split("reward", reward),
        test=split("test", test) if test else None,
    )


def _split(
    name: str, count: int, image_size: int, seed: int, cache_dir: Path, progress: BuildProgress
) -> DetectionSplit:
    identity = f"scenes {VERSION} {name} {count} {image_size} {seed}"
    key = "scenes-" + hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
    stream = SPLITS.index(name)

    shape = (count, image_size, image_size, 3)

    def build(directory: Path) -> None:
        _draw(directory, shape, seed, stream, progress)

    def waiting(directory: Path) -> None:
        progress(rows_written(directory / IMAGES), count)

    def read(entry: Path) -> DetectionSplit:
        with np.load(entry / OBJECTS) as objects:
            return DetectionSplit(
                images=read_only(entry / IMAGES, shape),
                starts=objects["starts"],
                boxes=objects["boxes"],
                labels=objects["labels"],
                crowd=np.zeros(len(objects["labels"]), bool),
                image_ids=np.arange(count) + stream * 1_000_000_000 + 1,
                scales=np.full(count, image_size / CANVAS, np.float32),
                class_names=CLASS_NAMES,
                category_ids=tuple(range(1, len(CLASS_NAMES) + 1)),
            )

    return read_cached(cache_dir, key, build, read, size=int(np.prod(shape)), waiting=waiting)


def _draw(
    directory: Path, shape: tuple[int, ...], seed: int, stream: int, progress: BuildProgress
) -> None:
    """Write images.npy and objects.npz, chunk after chunk, from where a killed process was."""
    count, image_size = shape[:2]
    chunks = range(-(-count // CHUNK))
    with GrowingArray(directory / IMAGES, shape) as array:
        progress(array.rows, count)
        for chunk in chunks[-(-array.rows // CHUNK) :]:  # the last one may be shorter
            rng = np.random.default_rng([seed, stream, chunk])
            layout = sample_layout(CHUNK, rng)
            pictures, extents = draw_scenes(layout, image_size, rng)
            take = min(CHUNK, count - chunk * CHUNK)
            present = layout.kind[:take] != ABSENT
            _save(  # before its pictures count as written
                _chunk_objects(directory, chunk),
                counts=present.sum(axis=1),
                boxes=extents[:take][present],
                labels=layout.kind[:take][present],
            )
            array.append(pictures[:take])
            progress(array.rows, count)
    if not (directory / OBJECTS).exists():
        parts = [dict(np.load(_chunk_objects(directory, chunk))) for chunk in chunks]
        whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        whole["starts"] = np.concatenate([[0], np.cumsum(whole.pop("counts"))])
        _save(directory / OBJECTS, **whole)
    for chunk in chunks:
        _chunk_objects(directory, chunk).unlink(missing_ok=True)


def _save(path: Path, **arrays: NDArray[np.generic]) -> None:
    """Whole and on the disk, or not there at all."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # its stub takes a file by name only
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _chunk_objects(directory: Path, chunk: int) -> Path:
    return directory / f"objects-{chunk}.npz"
