"""Anchor boxes of RetinaNet (arXiv 1708.02002 section 4, in the official SpineNet settings)."""

import torch
from torch import Tensor

from proxy_tasks.recipe import AnchorScale


def make_anchors(
    scale: AnchorScale, strides: tuple[int, ...], image_size: tuple[int, int]
) -> Tensor:
    """All anchors `[A, 4]` of an image of (height, width), finest stride first.

    Order: level, row, column, octave, ratio. Not clipped to the image.
    """
    levels = []
    for stride in strides:
        height, width = (-(-side // stride) for side in image_size)
        octave = 2 ** (torch.arange(scale.octaves) / scale.octaves)
        root = torch.tensor(scale.ratios).sqrt()
        side = scale.size * stride * octave[:, None]
        half = torch.stack([side * root, side / root], -1).reshape(-1, 2) / 2  # [K, 2]
        y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        centre = (torch.stack([x, y], -1).reshape(-1, 1, 2) + 0.5) * stride  # [h * w, 1, 2]
        levels.append(torch.cat([centre - half, centre + half], -1).reshape(-1, 4))
    return torch.cat(levels)
