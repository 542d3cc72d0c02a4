"""Pictures in one folder a class, as the usual layout of ImageNet has them."""

from pathlib import Path

import numpy as np

from proxy_tasks.array_cache import BuildProgress, silent
from proxy_tasks.coco_annotations import CocoImage
from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.errors import DataError
from proxy_tasks.image_cache import cached_images, canvas_scale
from proxy_tasks.parent_folder import parent_meant
from proxy_tasks.picture_sizes import picture_sizes

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".ppm", ".gif", ".tif", ".tiff")


def load_class_folders(
    directory: Path,
    canvas: int,
    cache_dir: Path,
    *,
    train: str = "train",
    reward: str = "val",
    progress: BuildProgress = silent,
) -> DetectionData:
    """`directory/train/CLASS/*.jpg` and `directory/val/CLASS/*.jpg` on canvases of so many pixels.

    Every picture has one object, itself: its box is the picture's place on the canvas, its label
    the number of its class in the order of names. Hidden folders are no classes. Raises DataError,
    also where nothing can be learnt of a class or there is only one.
    """
    names = _learnt_classes(directory, train)
    splits = []
    for folder in (directory / train, directory / reward):
        found = _classes(folder)
        if unknown := set(found) - set(names):
            raise DataError(
                f"{folder}: there is no class {min(unknown)!r} in {directory / train}; the folders "
                "of both must have the same names"
            )
        splits.append(_split(folder, names, canvas, cache_dir, progress))
    return DetectionData(*splits)


def count_class_folders(directory: Path, train: str, reward: str) -> tuple[int, int, int]:
    """How many pictures to train on and to score on, and classes; opens none. Raises DataError."""
    names = _learnt_classes(directory, train)
    learnt, scored = (
        sum(len(_pictures(directory / folder / name)) for name in names)
        for folder in (train, reward)
    )
    return learnt, scored, len(names)


def _learnt_classes(directory: Path, train: str) -> list[str]:
    folder = directory / train
    if not folder.is_dir():
        raise DataError(
            f"{folder}: no such folder; it holds a folder of pictures for each class"
            f"{parent_meant(directory, train)}"
        )
    names = _classes(folder)
    if len(names) == 1:
        raise DataError(
            f"{folder}: {names[0]!r} is the only class in it; two are the fewest "
            "that can be told apart"
        )
    for name in names:
        if not _pictures(folder / name):
            raise DataError(
                f"{folder / name}: no picture of this class in it; put some there, or "
                f"take the folder away (names end in {', '.join(PICTURES)})"
            )
    return names


def _classes(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; it holds a folder of pictures for each class")
    names = sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not names:
        raise DataError(f"{folder}: there is no folder in it; make one of pictures for each class")
    return names


def _pictures(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.glob("*") if p.suffix.lower() in PICTURES)


def _split(
    folder: Path, names: list[str], canvas: int, cache_dir: Path, progress: BuildProgress
) -> DetectionSplit:
    files: list[str] = []
    labels: list[int] = []
    for label, name in enumerate(names):
        found = _pictures(folder / name)
        files += [f"{name}/{file}" for file in found]
        labels += [label] * len(found)
    if not files:
        raise DataError(f"{folder}: no picture in it; their names end in {', '.join(PICTURES)}")
    count, sizes = len(files), picture_sizes(folder, files, cache_dir)
    images = [
        CocoImage(number, file, *size)
        for number, (file, size) in enumerate(zip(files, sizes.tolist(), strict=True))
    ]
    scales = np.array([canvas_scale(image, canvas) for image in images])
    ends = sizes * scales[:, None]
    boxes = np.concatenate([np.zeros((count, 2)), ends.clip(1, canvas)], axis=1)
    return DetectionSplit(
        images=cached_images(folder, images, canvas, cache_dir, progress),
        starts=np.arange(count + 1, dtype=np.int64),
        boxes=boxes.astype(np.float32),
        labels=np.array(labels, np.int64),
        crowd=np.zeros(count, bool),
        image_ids=np.arange(count, dtype=np.int64),
        scales=scales.astype(np.float32),
        class_names=tuple(names),
        category_ids=tuple(range(len(names))),
    )
