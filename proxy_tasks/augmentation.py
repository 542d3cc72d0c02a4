"""What a batch goes through, on the device that trains, between the data and the step."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import Batch
from proxy_tasks.detector import Detector
from proxy_tasks.image_losses import image_losses
from proxy_tasks.matching import match
from proxy_tasks.maxup import worst_copies
from proxy_tasks.photometry import change_photometry
from proxy_tasks.scale_jitter import scale_and_shift

# Class logits and box codes of images, as a detector gives them.
Predict = Callable[[Tensor], tuple[Tensor, Tensor]]


class Augmentation:
    """A recipe and a seed, applied to batches that were mirrored already (`batches`).

    Every step has a stream of random numbers of its own, made from the seed, its number and, but
    for the first, the process's rank: a training that goes on from a checkpoint sees what it would
    have seen. No operation waits for the device.
    """

    def __init__(self, recipe: AugmentationRecipe, seed: int, rank: int = 0) -> None:
        self.recipe, self.seed, self.rank = recipe, seed, rank

    def __call__(
        self, detector: Detector, batch: Batch, step: int, predict: Predict | None = None
    ) -> Batch:
        """The batch to take step `step` on; the very same one where the recipe changes nothing.

        With MaxUp, each image's copy with the largest loss, of what `predict` or else the detector
        says. Geometry is drawn once an image, so all copies have the same boxes; otherwise the
        largest loss would mostly tell which copy has the smallest or the most objects.
        """
        recipe, device = self.recipe, batch.images.device
        if not (recipe.geometric or recipe.photometric):
            return batch
        entropy = np.random.SeedSequence(self._numbers(step)).generate_state(1)
        generator = torch.Generator(device).manual_seed(int(entropy[0]))
        if recipe.geometric:
            batch = scale_and_shift(batch, recipe, generator)
        if not recipe.photometric:
            return batch

        def draw() -> Tensor:
            return change_photometry(batch.images, recipe, generator)

        if recipe.maxup == 1:
            return replace(batch, images=draw())
        worst = _worst(detector, batch, draw, recipe.maxup, predict or detector)
        return replace(batch, images=worst)

    def _numbers(self, step: int) -> list[int]:
        return [self.seed, step, self.rank] if self.rank else [self.seed, step]


def _worst(
    detector: Detector, batch: Batch, draw: Callable[[], Tensor], copies: int, predict: Predict
) -> Tensor:
    """The images of each one's copy with the largest loss of its own."""
    rule = detector.matching
    targets = match(  # once: the copies have the same boxes
        detector.anchors,
        batch.boxes,
        batch.labels,
        positive=rule.positive,
        negative=rule.negative,
    )

    def losses(images: Tensor) -> Tensor:
        logits, codes = predict(images)
        return image_losses(logits, codes, targets, detector.loss_scale)

    return worst_copies(detector, draw, losses, copies)
