"""Boxes `[..., 4]` as `x1 y1 x2 y2` in pixels: overlap, and the codes that a detector regresses."""

import math

import torch
from torch import Tensor

# A code may enlarge a box at most so many times (official box coder).
MAX_LOG_SCALE = math.log(1000 / 16)
SIZE_EPSILON = 1e-8


def pairwise_iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of `[..., N, 4]` and `[..., M, 4]`: `[..., N, M]`.

    Empty boxes overlap nothing, themselves included.
    """
    # An axis at a time: a product over a last axis of two is several times as slow.
    ax1, ay1, ax2, ay2 = a[..., :, None, :].unbind(-1)
    bx1, by1, bx2, by2 = b[..., None, :, :].unbind(-1)
    width = (torch.minimum(ax2, bx2) - torch.maximum(ax1, bx1)).clamp(min=0)
    height = (torch.minimum(ay2, by2) - torch.maximum(ay1, by1)).clamp(min=0)
    intersection = width * height
    union = area(a)[..., :, None] + area(b)[..., None, :] - intersection
    return intersection / union.clamp(min=SIZE_EPSILON)


def area(boxes: Tensor) -> Tensor:
    """Square pixels of `[..., 4]`: `[...]`; zero where a side is negative."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    return (x2 - x1).clamp(min=0) * (y2 - y1).clamp(min=0)


def encode(boxes: Tensor, anchors: Tensor) -> Tensor:
    """Codes `dx dy dw dh` of boxes relative to anchors, both `[..., 4]`, without variances."""
    anchor_size = anchors[..., 2:] - anchors[..., :2] + SIZE_EPSILON
    size = boxes[..., 2:] - boxes[..., :2] + SIZE_EPSILON
    shift = (boxes[..., :2] + boxes[..., 2:] - anchors[..., :2] - anchors[..., 2:]) / 2
    return torch.cat([shift / anchor_size, torch.log(size / anchor_size)], -1)


def decode(codes: Tensor, anchors: Tensor) -> Tensor:
    """Boxes of codes `dx dy dw dh`; the inverse of `encode` up to `MAX_LOG_SCALE`."""
    anchor_size = anchors[..., 2:] - anchors[..., :2]
    centre = (anchors[..., :2] + anchors[..., 2:]) / 2 + codes[..., :2] * anchor_size
    half = anchor_size * codes[..., 2:].clamp(max=MAX_LOG_SCALE).exp() / 2
    return torch.cat([centre - half, centre + half], -1)
