"""An endless, seeded stream of training batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, tee

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxy_tasks.detection_dataset import DetectionSplit
from proxy_tasks.image_source import CPU, ImageSource, MappedImages, to_device

# Which images a batch has, and which of them are mirrored.
Pick = tuple[NDArray[np.int64], NDArray[np.bool_] | None]


@dataclass(frozen=True, slots=True)
class Batch:
    """`images` `[B, S, S, 3]`; `boxes` `[B, G, 4]`; `labels` `[B, G]`, padded with -1.

    Images are RGB: uint8 as they come from the data, float32 in 0..255 once augmented.
    """

    images: Tensor
    boxes: Tensor
    labels: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same on another device."""
        return Batch(*(tensor.to(device) for tensor in self.tensors()))

    def tensors(self) -> tuple[Tensor, Tensor, Tensor]:
        """Images, boxes and labels."""
        return self.images, self.boxes, self.labels


class PaddedTargets:
    """All training objects of a split in tensors of one shape: `[N, G, 4]` and `[N, G]`."""

    def __init__(self, split: DetectionSplit, device: torch.device = CPU) -> None:
        targets = [split.targets(index) for index in range(len(split))]
        most = max(len(labels) for _, labels in targets)
        boxes = np.zeros((len(split), most, 4), np.float32)
        padded = np.full((len(split), most), -1, np.int64)
        for row, (of_image, labels) in enumerate(targets):
            boxes[row, : len(labels)] = of_image
            padded[row, : len(labels)] = labels
        self.boxes = torch.from_numpy(boxes).to(device)
        self.labels = torch.from_numpy(padded).to(device)


def batches(
    split: DetectionSplit,
    batch_size: int,
    rng: np.random.Generator,
    *,
    flip: bool,
    images: ImageSource | None = None,
    skip: int = 0,
    part: tuple[int, int] = (0, 1),
) -> Iterator[Batch]:
    """Batches of `batch_size` images without end: each pass takes every image once, in new order.

    With `flip`, an image is mirrored with its boxes with probability 1/2. Every batch is a copy.
    `images` are those of the split on the device that the batches are made on, by default the CPU;
    on a GPU nothing here waits for it. The first `skip` batches are drawn and left out unread.
    Of `part` (k, n) each batch is the k-th of its n equal parts, from 0.
    """
    images = images or MappedImages(split)
    targets = padded_targets(split, images.device)
    whole = islice(picks(len(split), batch_size, rng, flip=flip), skip, None)
    chosen, ahead = tee(whole if part == (0, 1) else parts(whole, *part))
    pictures = images.stream(index for index, _ in ahead)
    for (index, mirrored), picture in zip(chosen, pictures, strict=True):
        rows = to_device(index, images.device)
        boxes, labels = (t.index_select(0, rows) for t in (targets.boxes, targets.labels))
        batch = Batch(picture, boxes, labels)
        yield batch if mirrored is None else mirror(batch, to_device(mirrored, images.device))


@lru_cache(maxsize=2)
def padded_targets(split: DetectionSplit, device: torch.device) -> PaddedTargets:
    """Made once a split and device: all candidates of a worker train on the same."""
    return PaddedTargets(split, device)


def picks(count: int, batch_size: int, rng: np.random.Generator, *, flip: bool) -> Iterator[Pick]:
    """Which images each batch has, and which of them are mirrored: on all devices the same."""
    for index in _orders(count, batch_size, rng):
        yield index, rng.random(len(index)) < 0.5 if flip else None


def parts(whole: Iterator[Pick], number: int, count: int) -> Iterator[Pick]:
    """Of each pick, the rows of one of `count` processes."""
    for index, mirrored in whole:
        size = len(index) // count
        rows = slice(number * size, (number + 1) * size)
        yield index[rows], None if mirrored is None else mirrored[rows]


def mirror(batch: Batch, mirrored: Tensor) -> Batch:
    """The batch with left and right exchanged in the images that `mirrored` `[B]` says."""
    x1, y1, x2, y2 = batch.boxes.unbind(2)
    width = batch.images.shape[2]
    boxes = torch.stack([width - x2, y1, width - x1, y2], 2)
    return Batch(
        torch.where(mirrored[:, None, None, None], batch.images.flip(2), batch.images),
        torch.where(mirrored[:, None, None], boxes, batch.boxes),
        batch.labels,
    )


def _orders(count: int, batch_size: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Indices of each batch; a batch may span the end of a pass, or several."""
    queue = rng.permutation(count)
    while True:
        while len(queue) < batch_size:
            queue = np.concatenate([queue, rng.permutation(count)])
        yield queue[:batch_size]
        queue = queue[batch_size:]
