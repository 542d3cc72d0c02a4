"""Crops of pictures to one size, as classifiers are trained and scored on."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import Batch
from proxy_tasks.classifier_recipe import ClassifierRecipe
from proxy_tasks.maxup import worst_copies
from proxy_tasks.photometry import change_photometry
from proxy_tasks.scale_jitter import GREY
from proxy_tasks.trainable import Trainable

# Width over height of a crop (arXiv 1409.4842 section 6).
NARROWEST, WIDEST = 3 / 4, 4 / 3


class RandomCrops:
    """Cuts a random part out of each picture, and changes its photometry, by seed and step.

    What `Augmentation` is for detectors; of its recipe the flip, which `batches` does, photometry
    and MaxUp count. Crops are of an area between `smallest_crop` and 1 of the picture's.
    """

    def __init__(
        self,
        size: int,
        recipe: AugmentationRecipe,
        classifier: ClassifierRecipe,
        seed: int,
        rank: int = 0,
    ) -> None:
        self.size, self.recipe, self.classifier = size, recipe, classifier
        self.seed, self.rank = seed, rank

    def __call__(
        self, network: Trainable, batch: Batch, step: int, predict: object = None
    ) -> Batch:
        """A batch of images `[B, size, size, 3]`; with MaxUp the worst of several photometries."""
        device, recipe = batch.images.device, self.recipe
        entropy = np.random.SeedSequence([self.seed, step, self.rank]).generate_state(1)
        generator = torch.Generator(device).manual_seed(int(entropy[0]))
        smallest = self.classifier.smallest_crop
        images = crop(
            batch.images, random_windows(batch.boxes[:, 0], smallest, generator), self.size
        )
        labels = batch.labels

        def draw() -> Tensor:
            return change_photometry(images, recipe, generator)

        if recipe.photometric and recipe.maxup > 1:

            def losses(copies: Tensor) -> Tensor:
                return F.cross_entropy(network(copies), labels[:, 0], reduction="none")

            images = worst_copies(network, draw, losses, recipe.maxup)
        elif recipe.photometric:
            images = draw()
        return Batch(images, batch.boxes, labels)


def random_windows(pictures: Tensor, smallest: float, generator: torch.Generator) -> Tensor:
    """Windows `[B, 4]` inside the pictures' boxes `[B, 4]`, of random area, shape and place."""
    drawn = torch.rand(len(pictures), 4, generator=generator, device=pictures.device)
    low, sides = pictures[:, :2], pictures[:, 2:] - pictures[:, :2]
    area = (smallest + (1 - smallest) * drawn[:, 0]) * sides.prod(1)
    spread = math.log(WIDEST / NARROWEST)
    shape = (math.log(NARROWEST) + spread * drawn[:, 1]).exp()
    wanted = torch.stack([(area * shape).sqrt(), (area / shape).sqrt()], 1)
    window = torch.minimum(wanted, sides)
    corner = low + drawn[:, 2:] * (sides - window)
    return torch.cat([corner, corner + window], 1)


def central_windows(pictures: Tensor, share: float) -> Tensor:
    """Squares `[B, 4]` in the middle, of a share of each picture's shorter side."""
    middle = (pictures[:, :2] + pictures[:, 2:]) / 2
    half = (pictures[:, 2:] - pictures[:, :2]).amin(1, keepdim=True) * (share / 2)
    return torch.cat([middle - half, middle + half], 1)


def crop(images: Tensor, windows: Tensor, size: int) -> Tensor:
    """Windows `[B, 4]` (x1 y1 x2 y2) of `images` `[B, C, C, 3]`, as `[B, size, size, 3]`."""
    side = images.shape[1]
    centres = (torch.arange(size, device=images.device) + 0.5) / size
    low, high = windows[:, None, :2], windows[:, None, 2:]
    source = (low + centres[None, :, None] * (high - low)) * (2 / side) - 1  # [B, size, 2]
    shape = (len(images), size, size)
    x = source[:, None, :, 0].expand(shape)
    y = source[:, :, None, 1].expand(shape)
    channels_first = (images.float() - GREY).permute(0, 3, 1, 2)
    cut = F.grid_sample(
        channels_first, torch.stack([x, y], 3), padding_mode="zeros", align_corners=False
    )
    return (cut + GREY).permute(0, 2, 3, 1).contiguous()
