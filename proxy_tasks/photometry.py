"""Random changes of pixel values that leave boxes where they are."""

import torch
from torch import Tensor

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.scale_jitter import GREY

LUMA = (0.299, 0.587, 0.114)  # of R, G and B in grey (ITU-R BT.601, as Pillow's "L")


def change_photometry(
    images: Tensor, recipe: AugmentationRecipe, generator: torch.Generator
) -> Tensor:
    """`[B, S, S, 3]` in 0..255 with the recipe's changes, drawn for each image; float32.

    In the order of the recipe's fields, and clipped to 0..255 before the cutout (arXiv 1708.04552:
    the square's centre is uniform on the canvas, so a part of it may lie outside).
    """
    x = images.float()
    x = adjust_brightness(x, _factors(x, recipe.brightness, generator))
    x = adjust_contrast(x, _factors(x, recipe.contrast, generator))
    x = adjust_saturation(x, _factors(x, recipe.saturation, generator))
    if recipe.noise:
        x = x + recipe.noise * torch.randn(x.shape, generator=generator, device=x.device)
    x = x.clamp(0, 255)
    if recipe.cutout:
        centres = x.shape[1] * torch.rand(len(x), 2, generator=generator, device=x.device)
        x = cut_out(x, centres, recipe.cutout * x.shape[1])
    return x


def adjust_brightness(images: Tensor, factors: Tensor | None) -> Tensor:
    """All values times `factors` `[B, 1, 1, 1]`; None changes nothing."""
    return images if factors is None else images * factors


def adjust_contrast(images: Tensor, factors: Tensor | None) -> Tensor:
    """Distances from the image's mean grey times `factors` `[B, 1, 1, 1]`."""
    if factors is None:
        return images
    return torch.lerp(_grey(images).mean((1, 2), keepdim=True), images, factors)


def adjust_saturation(images: Tensor, factors: Tensor | None) -> Tensor:
    """Distances from each pixel's grey times `factors` `[B, 1, 1, 1]`."""
    return images if factors is None else torch.lerp(_grey(images), images, factors)


def cut_out(images: Tensor, centres: Tensor, side: float) -> Tensor:
    """Grey where a pixel's centre is within `side / 2` of `centres` `[B, 2]` (x, y) both ways."""
    pixel = torch.arange(images.shape[1], device=images.device) + 0.5
    columns, rows = ((pixel - centres[..., None]).abs() < side / 2).unbind(1)  # [B, S] each
    inside = rows[:, :, None] & columns[:, None, :]
    return images.masked_fill(inside[..., None], GREY)


def _grey(images: Tensor) -> Tensor:
    """`[B, S, S, 1]`."""
    return LUMA[0] * images[..., :1] + LUMA[1] * images[..., 1:2] + LUMA[2] * images[..., 2:]


def _factors(images: Tensor, spread: float, generator: torch.Generator) -> Tensor | None:
    """One factor an image from `[1 - spread, 1 + spread]`; None without a spread."""
    if not spread:
        return None
    drawn = torch.rand(len(images), 1, 1, 1, generator=generator, device=images.device)
    return 1 + spread * (2 * drawn - 1)
