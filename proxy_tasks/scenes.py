"""Generated scenes to rank architectures on in seconds: colours are easy, context is not.

Red diamonds, green rings and blue discs on a calm noisy ground. The two diamond classes look the
same and differ only by the ring around one of them, which may span nearly the whole picture: a
network has to bring coarse features into small objects. No real data set is asked for this.
"""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.array_cache import cached_entry, read_only
from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.errors import DataError
from proxy_tasks.scene_drawing import draw_scenes
from proxy_tasks.scene_layout import ABSENT, CANVAS, CLASS_NAMES, sample_layout

VERSION = 1  # raise when the same seed gives other pictures
CHUNK = 250  # scenes drawn at once; each chunk has its own random stream
SMALLEST_CANVAS = 32
SPLITS = ("train", "reward", "test")


def make_scenes(
    *,
    image_size: int = 64,
    train: int = 3000,
    reward: int = 400,
    test: int = 1000,
    seed: int = 0,
    cache_dir: Path,
) -> DetectionData:
    """Disjoint splits of this many scenes, drawn once and then read from `cache_dir`.

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
    return DetectionData(
        train=_split("train", train, image_size, seed, cache_dir),
        reward=_split("reward", reward, image_size, seed, cache_dir),
        test=_split("test", test, image_size, seed, cache_dir) if test else None,
    )


def _split(name: str, count: int, image_size: int, seed: int, cache_dir: Path) -> DetectionSplit:
    identity = f"scenes {VERSION} {name} {count} {image_size} {seed}"
    key = "scenes-" + hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
    stream = SPLITS.index(name)

    def build(directory: Path) -> None:
        _draw(directory, count, image_size, seed, stream)

    entry = cached_entry(cache_dir, key, build)
    with np.load(entry / "objects.npz") as objects:
        return DetectionSplit(
            images=read_only(entry / "images.npy"),
            starts=objects["starts"],
            boxes=objects["boxes"],
            labels=objects["labels"],
            crowd=np.zeros(len(objects["labels"]), bool),
            image_ids=np.arange(count) + stream * 1_000_000_000 + 1,
            scales=np.full(count, image_size / CANVAS, np.float32),
            class_names=CLASS_NAMES,
            category_ids=tuple(range(1, len(CLASS_NAMES) + 1)),
        )


def _draw(directory: Path, count: int, image_size: int, seed: int, stream: int) -> None:
    """Write images.npy and objects.npz, chunk after chunk."""
    images: list[NDArray[np.uint8]] = []
    counts, boxes, labels = [], [], []
    for chunk in range(-(-count // CHUNK)):
        rng = np.random.default_rng([seed, stream, chunk])
        layout = sample_layout(CHUNK, rng)
        pictures, extents = draw_scenes(layout, image_size, rng)
        take = min(CHUNK, count - chunk * CHUNK)
        present = layout.kind[:take] != ABSENT
        images.append(pictures[:take])
        counts.append(present.sum(axis=1))
        boxes.append(extents[:take][present])
        labels.append(layout.kind[:take][present])
    np.save(directory / "images.npy", np.concatenate(images))
    np.savez(
        directory / "objects.npz",
        starts=np.concatenate([[0], np.cumsum(np.concatenate(counts))]),
        boxes=np.concatenate(boxes),
        labels=np.concatenate(labels),
    )
