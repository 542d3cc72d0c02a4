"""Which anchor learns which object (official `AnchorLabeler`), for a whole batch at once."""

from dataclasses import dataclass

import torch
from torch import Tensor

from proxy_tasks.boxes import encode, pairwise_iou

BACKGROUND = -1
IGNORED = -2


@dataclass(frozen=True)
class Targets:
    """What the anchors of a batch should say.

    `labels` `[B, A]`: a class, `BACKGROUND` or `IGNORED`; `codes` `[B, A, 4]`: meant only where
    `labels >= 0`.
    """

    labels: Tensor
    codes: Tensor


def match(
    anchors: Tensor,
    boxes: Tensor,
    labels: Tensor,
    *,
    positive: float = 0.5,
    negative: float = 0.5,
) -> Targets:
    """Match `anchors` `[A, 4]` with objects: `boxes` `[B, G, 4]`, `labels` `[B, G]`, padding -1.

    An anchor takes the object that it overlaps most if their IoU is at least `positive`; below
    `negative` it is background, between them it is ignored. Besides, each object takes the anchor
    that overlaps it most, whatever the IoU; where two objects want one anchor the earlier wins.
    """
    if boxes.shape[1] == 0:
        empty = labels.new_full((len(boxes), len(anchors)), BACKGROUND)
        return Targets(empty, anchors.new_zeros(len(boxes), len(anchors), 4))
    real = labels >= 0  # [B, G]
    iou = pairwise_iou(anchors, boxes)  # [B, A, G]
    iou = iou.masked_fill(~real[:, None, :], -1.0)
    best_iou, best = iou.max(2)  # [B, A]
    wanted = iou.argmax(1)  # [B, G]: each object's best anchor
    index = torch.arange(len(anchors), device=anchors.device)
    forced = (wanted[:, None, :] == index[None, :, None]) & real[:, None, :]  # [B, A, G]
    is_forced = forced.any(2)
    best = torch.where(is_forced, forced.to(torch.uint8).argmax(2), best)  # argmax: the first
    chosen = labels.gather(1, best)  # [B, A]
    chosen = torch.where(best_iou >= positive, chosen, IGNORED)
    chosen = torch.where(best_iou < negative, BACKGROUND, chosen)
    chosen = torch.where(is_forced, labels.gather(1, best), chosen)
    matched = boxes.gather(1, best[..., None].expand(-1, -1, 4))
    return Targets(chosen, encode(matched, anchors))
