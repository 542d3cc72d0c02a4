"""Splits and detections of every kind that a scorer may meet, for laws to draw from."""

import hypothesis.strategies as st
import numpy as np
from numpy.typing import NDArray

from proxy_tasks.detection_dataset import DetectionSplit
from proxy_tasks.detections import Detections

CANVAS = 128


@st.composite
def evaluations(draw: st.DrawFn) -> tuple[DetectionSplit, Detections]:
    """Objects, crowds among them, and what was found, as often near an object as anywhere."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    pictures, classes = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    whole = draw(st.booleans())  # boxes on a grid of 8: duplicates, IoU and areas at their limits
    objects = _boxes(rng, draw(st.integers(1, 25)), whole)
    objects[:, 2:] = np.maximum(objects[:, 2:], objects[:, :2] + np.float32(1 / 256))
    owners = np.sort(rng.integers(0, pictures, len(objects)))
    crowd = rng.random(len(objects)) < draw(st.sampled_from([0, 0.3, 0.9]))
    crowd[0] = False  # something is there to be found
    split = DetectionSplit(
        images=np.broadcast_to(np.uint8(0), (pictures, CANVAS + 1, CANVAS + 1, 3)),
        starts=np.searchsorted(owners, np.arange(pictures + 1)),
        boxes=objects,
        labels=rng.integers(0, classes, len(objects)),
        crowd=crowd,
        image_ids=rng.permutation(2**53 + np.arange(20))[:pictures],  # no float64 tells these apart
        scales=rng.choice(np.array([1, 0.37, 1 / 3], np.float32), pictures),
        class_names=tuple("abcd"[:classes]),
        category_ids=tuple(np.sort(rng.permutation(90)[:classes]).tolist()),
        areas=rng.choice([64.0, 1024, 9216, 2e4], len(objects)).astype(np.float32)
        if draw(st.booleans())
        else None,
    )
    count = draw(st.sampled_from([0, 1, 7, 40, 250]))  # of 250 a picture has more than 100
    return split, _found(rng, split, count, whole, draw(st.booleans()))


def _found(
    rng: np.random.Generator, split: DetectionSplit, count: int, whole: bool, ties: bool
) -> Detections:
    boxes, near = _boxes(rng, count, whole), rng.integers(0, len(split.boxes), count)
    moved = split.boxes[near]
    if not whole:
        moved = (moved + rng.normal(0, 1, (count, 4)).astype(np.float32)).clip(0, CANVAS)
        moved[:, 2:] = np.maximum(moved[:, :2], moved[:, 2:])
    copied = rng.random(count) < 0.6
    boxes[copied] = moved[copied]
    owners = np.repeat(np.arange(len(split)), np.diff(split.starts))
    scores = rng.integers(-2, 3, count) / 4 if ties else rng.normal(0, 1, count)
    return Detections(
        np.where(copied, owners[near], rng.integers(0, len(split), count)),
        boxes,
        scores.astype(np.float32),
        np.where(copied, split.labels[near], rng.integers(0, split.num_classes, count)),
    )


def _boxes(rng: np.random.Generator, count: int, whole: bool) -> NDArray[np.float32]:
    """x1 y1 x2 y2; some empty, some a thousandth of a pixel wide, some as large as the canvas."""
    if whole:
        low = rng.integers(0, 8, (count, 2)) * 8
        sides = rng.choice([0, 8, 16, 32, 96], (count, 2))
    else:
        low = rng.uniform(0, CANVAS - 1, (count, 2))
        sides = 10 ** rng.uniform(-3, 2.1, (count, 2))
    return np.concatenate([low, low + sides], axis=1).clip(0, CANVAS).astype(np.float32)
