"""An endless, seeded stream of training batches."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxy_tasks.detection_dataset import DetectionSplit


@dataclass(frozen=True, slots=True)
class Batch:
    """`images` uint8 `[B, S, S, 3]`; `boxes` `[B, G, 4]`; `labels` `[B, G]`, padded with -1."""

    images: Tensor
    boxes: Tensor
    labels: Tensor


class PaddedTargets:
    """All training objects of a split in arrays of one shape: `[N, G, 4]` and `[N, G]`."""

    def __init__(self, split: DetectionSplit) -> None:
        targets = [split.targets(index) for index in range(len(split))]
        most = max(len(labels) for _, labels in targets)
        self.boxes = np.zeros((len(split), most, 4), np.float32)
        self.labels = np.full((len(split), most), -1, np.int64)
        for row, (boxes, labels) in enumerate(targets):
            self.boxes[row, : len(boxes)] = boxes
            self.labels[row, : len(labels)] = labels


def batches(
    split: DetectionSplit, batch_size: int, rng: np.random.Generator, *, flip: bool
) -> Iterator[Batch]:
    """Batches of `batch_size` images without end: each pass takes every image once, in new order.

    With `flip`, an image is mirrored with its boxes with probability 1/2. Every batch is a copy.
    """
    targets = PaddedTargets(split)
    for index in _orders(len(split), batch_size, rng):
        images, boxes = split.batch(index), targets.boxes[index]
        if flip:
            mirrored = rng.random(len(index)) < 0.5
            images[mirrored] = images[mirrored, :, ::-1]
            boxes[mirrored] = mirror(boxes[mirrored], split.image_size)
        yield Batch(
            torch.from_numpy(images),
            torch.from_numpy(boxes),
            torch.from_numpy(targets.labels[index]),
        )


def mirror(boxes: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Boxes `[..., 4]` `x1 y1 x2 y2` after the image of this width was mirrored."""
    mirrored = boxes.copy()
    mirrored[..., 0] = width - boxes[..., 2]
    mirrored[..., 2] = width - boxes[..., 0]
    return mirrored


def _orders(count: int, batch_size: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Indices of each batch; a batch may span the end of a pass, or several."""
    queue = rng.permutation(count)
    while True:
        while len(queue) < batch_size:
            queue = np.concatenate([queue, rng.permutation(count)])
        yield queue[:batch_size]
        queue = queue[batch_size:]
