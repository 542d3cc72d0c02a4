"""Scale jitter, crop and shift of a batch with its boxes, on the device that holds it."""

import torch
import torch.nn.functional as F
from torch import Tensor

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import Batch
from proxy_tasks.image_cache import PADDING

GREY = PADDING[0]  # the same in all three channels
LEAST_SIDE = 1.0  # canvas pixels; what a crop or a small scale leaves of an object below is dropped


def scale_and_shift(batch: Batch, recipe: AugmentationRecipe, generator: torch.Generator) -> Batch:
    """Scale each picture, crop it at random or fill up with grey, and move it; float32 images.

    As the official detector does (tensorflow/tpu models/official/detection utils/input_utils.py
    `resize_and_crop_image`): scaled bilinearly without a filter, a picture beyond the canvas is
    cropped anywhere, a smaller one lies at the top left. A picture is what lies inside the grey of
    its canvas. It is scaled from there and not from its file, so a scale above 1 shows no more
    detail. Boxes are clipped; an object with a side under `LEAST_SIDE` becomes padding.
    """
    return moved(batch, *draw_geometry(batch, recipe, generator))


def draw_geometry(
    batch: Batch, recipe: AugmentationRecipe, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The factor `[B, 1]` that each picture is scaled by, and from where `[B, 2]` it is seen."""
    count, size = batch.images.shape[:2]
    device = batch.images.device
    low, high = recipe.scale_jitter
    drawn = torch.rand(count, 5, generator=generator, device=device)
    scale = low + (high - low) * drawn[:, :1]
    first, last = picture_extent(batch.images)
    beyond = ((last - first) * scale - size).clamp(min=0)  # [B, 2]: x and y
    offset = (first * scale + beyond * drawn[:, 1:3]).floor()  # whole pixels: a shift keeps them
    return scale, offset - ((2 * drawn[:, 3:] - 1) * recipe.shift * size).round()


def moved(batch: Batch, scale: Tensor, offset: Tensor) -> Batch:
    """Pictures and boxes scaled by `[B, 1]` and seen from `offset` `[B, 2]` (x, y) on."""
    size = batch.images.shape[1]
    placed = batch.boxes * scale[..., None] - offset.repeat(1, 2)[:, None, :]
    clipped = placed.clamp(0, size)
    sides = clipped[..., 2:] - clipped[..., :2]
    kept = (batch.labels >= 0) & (sides >= LEAST_SIDE).all(2)
    return Batch(
        _resampled(batch.images, scale, offset),
        clipped * kept[..., None],
        batch.labels.where(kept, -1),
    )


def picture_extent(images: Tensor) -> tuple[Tensor, Tensor]:
    """First and behind-last column and row, `[B, 2]` each, that are not grey all along."""
    pixels = (images != GREY).any(3)
    lines = torch.stack([pixels.any(1), pixels.any(2)], 1).to(torch.uint8)  # [B, 2, S]
    first = lines.argmax(2)
    return first, lines.shape[2] - lines.flip(2).argmax(2)


def _resampled(images: Tensor, scale: Tensor, offset: Tensor) -> Tensor:
    """`images` `[B, S, S, 3]`, scaled by `[B, 1]`, seen from `offset` `[B, 2]` (x, y) on."""
    size = images.shape[1]
    centres = torch.arange(size, device=images.device) + 0.5
    source = (centres + offset[..., None]) / scale[..., None]  # [B, 2, S]
    x, y = (source * (2 / size) - 1).unbind(1)  # grid_sample's -1..1, from edge to edge
    shape = (len(images), size, size)
    grid = torch.stack([x[:, None, :].expand(shape), y[:, :, None].expand(shape)], 3)
    channels_first = (images.float() - GREY).permute(0, 3, 1, 2)  # outside is 0, and so grey
    moved = F.grid_sample(channels_first, grid, padding_mode="zeros", align_corners=False)
    return (moved + GREY).permute(0, 2, 3, 1).contiguous()
