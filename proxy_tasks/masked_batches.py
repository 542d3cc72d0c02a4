"""Batches with the masks of their objects, drawn after the pictures are moved."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import Batch, batches, parts, picks
from proxy_tasks.detection_dataset import DetectionSplit
from proxy_tasks.image_source import ImageSource
from proxy_tasks.outline import Outline
from proxy_tasks.photometry import change_photometry
from proxy_tasks.scale_jitter import draw_geometry, moved


@dataclass(frozen=True, slots=True)
class IndexedBatch(Batch):
    """A batch that knows which pictures it has, and which of them it has mirrored."""

    index: NDArray[np.int64]
    mirrored: NDArray[np.bool_] | None

    def to(self, device: torch.device) -> "IndexedBatch":
        images, boxes, labels = (tensor.to(device) for tensor in self.tensors())
        return IndexedBatch(images, boxes, labels, self.index, self.mirrored)


@dataclass(frozen=True, slots=True)
class MaskedBatch(Batch):
    """`masks`: for each picture uint8 `[G, S, S]` of its objects whose label is not -1."""

    masks: tuple[Tensor, ...]


def indexed_batches(
    split: DetectionSplit,
    batch_size: int,
    seed: int,
    *,
    flip: bool,
    images: ImageSource,
    skip: int,
    part: tuple[int, int],
) -> Iterator[IndexedBatch]:
    """`batches`, each with what it was made of."""

    def rng() -> np.random.Generator:
        return np.random.default_rng(seed)

    stream = batches(split, batch_size, rng(), flip=flip, images=images, skip=skip, part=part)
    chosen = parts(picks(len(split), batch_size, rng(), flip=flip), *part)
    for _ in range(skip):
        next(chosen)
    for batch, (index, mirrored) in zip(stream, chosen, strict=False):
        yield IndexedBatch(*batch.tensors(), index, mirrored)


class MaskAugmentation:
    """What `Augmentation` is for boxes, with masks: scale jitter, shift, photometry; no MaxUp."""

    def __init__(
        self, split: DetectionSplit, recipe: AugmentationRecipe, seed: int, rank: int = 0
    ) -> None:
        self._split, self._recipe, self._seed, self._rank = split, recipe, seed, rank

    def __call__(
        self, network: object, batch: Batch, step: int, predict: object = None
    ) -> MaskedBatch:
        assert isinstance(batch, IndexedBatch)
        recipe, device = self._recipe, batch.images.device
        entropy = np.random.SeedSequence([self._seed, step, self._rank]).generate_state(1)
        generator = torch.Generator(device).manual_seed(int(entropy[0]))
        count = len(batch.index)
        places = torch.ones(count, 1), torch.zeros(count, 2)
        placed: Batch = batch
        if recipe.geometric:
            scale, offset = draw_geometry(batch, recipe, generator)
            placed = moved(batch, scale, offset)
            places = scale.cpu(), offset.cpu()
        images = placed.images
        if recipe.photometric:
            images = change_photometry(images, recipe, generator)
        kept = (placed.labels >= 0).cpu()
        masks = tuple(
            self._masks(batch, row, kept[row], float(places[0][row]), places[1][row]).to(device)
            for row in range(count)
        )
        return MaskedBatch(images, placed.boxes, placed.labels, masks)

    def _masks(
        self, batch: IndexedBatch, row: int, kept: Tensor, factor: float, offset: Tensor
    ) -> Tensor:
        size = self._split.image_size
        mirrored = batch.mirrored is not None and bool(batch.mirrored[row])
        outlines = target_outlines(self._split, int(batch.index[row]))
        place = (float(offset[0]), float(offset[1]))
        drawn = [
            outline.drawn(size, factor, place, mirrored=mirrored)
            for outline, wanted in zip(outlines, kept.tolist(), strict=False)
            if wanted
        ]
        found = np.stack(drawn) if drawn else np.zeros((0, size, size), np.uint8)
        return torch.from_numpy(found)


def target_outlines(split: DetectionSplit, index: int) -> list[Outline]:
    """Those of a picture's training targets, in the order of `DetectionSplit.targets`."""
    assert split.outlines is not None
    rows = range(int(split.starts[index]), int(split.starts[index + 1]))
    found = [split.outlines[row] for row in rows if not split.crowd[row]]
    return [outline for outline in found if outline is not None]
