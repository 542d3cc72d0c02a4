"""A detection data set in COCO's format, as a proxy task takes it."""

from collections.abc import Mapping
from functools import partial
from os.path import normpath
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.array_cache import BuildProgress, silent
from proxy_tasks.coco_annotations import CocoAnnotations, CocoImage, CocoObject, read_annotations
from proxy_tasks.coco_holdout import hold_out
from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.errors import DataError
from proxy_tasks.image_cache import cached_images, canvas_scale
from proxy_tasks.outline import Outline, read_outline
from proxy_tasks.parent_folder import parent_meant

SMALLEST_SIDE = 2.0**-8  # canvas pixels
HOLDOUT_STREAM = 3  # of random numbers; train, reward and test have 0, 1 and 2


def load_coco(
    directory: Path,
    image_size: int,
    cache_dir: Path,
    *,
    train: str = "annotations/instances_train.json",
    reward: str = "annotations/instances_val.json",
    images: str = "images",
    reward_images: str | None = None,
    test: str | None = None,
    train_limit: int | None = None,
    reward_limit: int | None = None,
    seed: int = 0,
    holdout: int = 0,
    drop_empty_boxes: bool = False,
    outlines: bool = False,
    pixels: bool = True,
    progress: BuildProgress = silent,
) -> DetectionData:
    """Pictures and boxes of a COCO data set on canvases of `image_size` pixels.

    Longest side to `image_size`, aspect kept, padded right and below with grey. Category ids, gaps
    and all, become labels 0..C-1 in ascending order. A limit takes that many pictures, drawn by
    `seed`. A `holdout` takes that many pictures of `train` for the reward split; `reward` is not
    read. `reward_images` is the folder of all pictures but those of the file `train`, where that is
    another than `images`. Objects are kept however small they get; a side under 1/256 px is widened
    to that, so that no box is empty. Decoded pictures stay in `cache_dir`; `progress` hears of
    those of a split that are decoded, and of nothing where all are. With `outlines` the splits have
    those of the objects, which then need segmentations. Without `pixels` no picture is opened, and
    all are black: for who counts. Raises DataError; see read_annotations and cached_images.
    """
    if image_size < 1 or seed < 0:
        raise DataError(f"image_size={image_size}, seed={seed}; expected at least 1 and 0")
    others = images if reward_images is None else reward_images
    folders = {"train": images, "reward": images if holdout else others}
    if test is not None:
        folders["test"] = others
    _check_folders(directory, folders if pixels else {})

    read = partial(read_annotations, drop_empty_boxes=drop_empty_boxes, segmentations=outlines)
    files = {"train": read(directory / train)}
    if holdout:
        rng = np.random.default_rng([seed, HOLDOUT_STREAM])
        files["train"], files["reward"] = hold_out(files["train"], holdout, rng)
    else:
        files["reward"] = read(directory / reward)
    if test is not None:
        files["test"] = read(directory / test)
    _check_files(files, folders)
    limits = {"train": train_limit, "reward": reward_limit}
    splits = {}
    for stream, (name, file) in enumerate(files.items()):
        chosen = _subset(name, file, limits.get(name), np.random.default_rng([seed, stream]))
        if pixels:
            place = directory / folders[name]
            pictures = cached_images(place, chosen, image_size, cache_dir, progress)
        else:
            pictures = _black(len(chosen), image_size)
        splits[name] = _split(file, chosen, pictures, outlines)
    return DetectionData(**splits)


def _black(count: int, image_size: int) -> NDArray[np.uint8]:
    """[N, S, S, 3] of no memory."""
    return np.broadcast_to(np.uint8(0), (count, image_size, image_size, 3))


def load_split(
    directory: Path,
    image_size: int,
    cache_dir: Path,
    *,
    annotations: str,
    images: str,
    drop_empty_boxes: bool = False,
    progress: BuildProgress = silent,
) -> DetectionSplit:
    """One file's pictures and objects, as `load_coco` has those of each. Raises DataError."""
    _check_folders(directory, {"scored": images})
    file = read_annotations(directory / annotations, drop_empty_boxes=drop_empty_boxes)
    chosen = list(file.images)
    pictures = cached_images(directory / images, chosen, image_size, cache_dir, progress)
    return _split(file, chosen, pictures, outlines=False)


def _check_folders(directory: Path, folders: Mapping[str, str]) -> None:
    if not directory.is_dir():
        raise DataError(f"{directory}: no such data directory; check the path")
    if not any(directory.iterdir()):
        raise DataError(f"{directory}: the data directory is empty; put a COCO data set there")
    for name, folder in folders.items():
        if not (directory / folder).is_dir():
            setting = "images" if name == "train" else "images or reward_images"
            raise DataError(
                f"{directory / folder}: no such image folder, of the {name} pictures; check the "
                f"data directory, or name the folder ({setting} of [data])"
                f"{parent_meant(directory, folder)}"
            )


def _check_files(files: Mapping[str, CocoAnnotations], folders: Mapping[str, str]) -> None:
    for name, other in files.items():
        _check_same_categories(files["train"], other)
        if name != "train" and folders[name] == folders["train"]:
            _check_disjoint(files["train"], other)


def _check_same_categories(one: CocoAnnotations, other: CocoAnnotations) -> None:
    differing = set(one.categories) ^ set(other.categories)
    if differing:
        number, name = min(differing)
        raise DataError(
            f"{other.path}: categories differ from {one.path}, first in id {number} ({name!r});"
            " both files must list the same ids and names"
        )


def _check_disjoint(train: CocoAnnotations, other: CocoAnnotations) -> None:
    # By files: each split may count its image ids from 1.
    names = {normpath(image.file_name) for image in train.images}
    shared = sorted({normpath(image.file_name) for image in other.images} & names)
    if shared:
        raise DataError(
            f"{other.path}: {len(shared)} of its pictures are in {train.path} too, the first"
            f" {shared[0]!r}; score on pictures that were not trained on, or hold some out"
        )


def _subset(
    name: str, file: CocoAnnotations, limit: int | None, rng: np.random.Generator
) -> list[CocoImage]:
    """All pictures, or `limit` of them, by ascending id; at least one has to hold an object."""
    chosen = list(file.images)
    if limit is not None and limit < 1:
        raise DataError(f"{name}_limit is {limit}; expected at least 1 picture, or none for all")
    if limit is not None and limit < len(chosen):
        picks = np.sort(rng.permutation(len(chosen))[:limit])
        chosen = [chosen[i] for i in picks]
        taken = {image.id for image in chosen}
        if all(o.crowd or o.image_id not in taken for o in file.objects):
            raise DataError(
                f"{file.path}: none of the {limit} pictures that {name}_limit drew has an object;"
                " raise the limit or change the seed"
            )
    return chosen


def _split(
    file: CocoAnnotations, chosen: list[CocoImage], pictures: NDArray[np.uint8], outlines: bool
) -> DetectionSplit:
    image_size = pictures.shape[1]
    held: dict[int, list[CocoObject]] = {image.id: [] for image in chosen}
    for record in file.objects:
        if record.image_id in held:
            held[record.image_id].append(record)
    objects = [record for image in chosen for record in held[image.id]]
    scales = np.array([canvas_scale(image, image_size) for image in chosen])
    counts = [len(held[image.id]) for image in chosen]
    object_scales = np.repeat(scales, counts)
    label_of = {key: label for label, (key, _) in enumerate(file.categories)}
    return DetectionSplit(
        images=pictures,
        starts=np.cumsum([0, *counts], dtype=np.int64),
        boxes=_on_canvas(np.array([o.box for o in objects]), object_scales, image_size),
        labels=np.array([label_of[o.category_id] for o in objects], np.int64),
        crowd=np.array([o.crowd for o in objects], bool),
        image_ids=np.array([image.id for image in chosen], np.int64),
        scales=scales.astype(np.float32),
        class_names=tuple(name for _, name in file.categories),
        category_ids=tuple(key for key, _ in file.categories),
        areas=(np.array([o.area for o in objects]) * object_scales**2).astype(np.float32),
        outlines=_outlines(file, objects, object_scales) if outlines else None,
    )


def _outlines(
    file: CocoAnnotations, objects: list[CocoObject], scales: NDArray[np.float64]
) -> tuple[Outline | None, ...]:
    """Of all objects; a crowd may have none."""
    pictures = {image.id: (image.height, image.width) for image in file.images}
    return tuple(
        None
        if record.crowd and not record.segmentation
        else read_outline(
            record.segmentation,
            float(scale),
            f"{file.path}: an object of image {record.image_id}",
            pictures[record.image_id],
        )
        for record, scale in zip(objects, scales, strict=True)
    )


def _on_canvas(
    boxes: NDArray[np.float64], scales: NDArray[np.float64], image_size: int
) -> NDArray[np.float32]:
    """Source boxes [M, 4] in canvas pixels, no side under SMALLEST_SIDE."""
    scaled = boxes * scales[:, None]
    high = np.clip(scaled[:, 2:], scaled[:, :2] + SMALLEST_SIDE, image_size)
    low = np.minimum(scaled[:, :2], high - SMALLEST_SIDE)
    return np.concatenate([low, high], axis=1).astype(np.float32)
