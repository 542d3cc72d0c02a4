"""Greedy non-maximum suppression of a whole batch without a Python loop over boxes."""

import torch
from torch import Tensor

from proxy_tasks.boxes import pairwise_iou

# Pairs of boxes looked at at once: what fits into a core's cache, and into a card's memory.
PAIRS_ON_CPU = 2**18
PAIRS_ON_GPU = 2**26


def suppress(boxes: Tensor, labels: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Which boxes greedy per-class NMS keeps: a mask `[B, K]`.

    `boxes` `[B, K, 4]`, `labels` `[B, K]` and `scores` `[B, K]` are sorted by falling score; boxes
    of score 0 are neither kept nor do they suppress. Memory is bounded whatever B is: images go
    through in groups.
    """
    keep = scores > 0
    batch, k = len(scores), int(keep.sum(1).max()) if keep.numel() else 0  # the first k matter
    boxes, labels = boxes[:, :k], labels[:, :k]
    pairs = PAIRS_ON_CPU if boxes.device.type == "cpu" else PAIRS_ON_GPU
    group = max(1, pairs // max(1, k * k))
    better = torch.ones(k, k, dtype=torch.bool, device=boxes.device).tril(-1)  # [this, other]
    for start in range(0, batch, group):
        part = slice(start, start + group)
        rivals = pairwise_iou(boxes[part], boxes[part]) > iou_threshold  # [B, K, K]
        rivals &= labels[part, :, None] == labels[part, None, :]
        rivals &= better
        keep[part, :k] = _survivors(rivals.to(boxes.dtype), keep[part, :k])
    return keep


def _survivors(rivals: Tensor, candidates: Tensor) -> Tensor:
    """`rivals` `[B, K, K]` is 1 where the other box suppresses this one: a mask `[B, K]`.

    Greedy NMS is the fixed point of "kept unless a kept, better box of the class overlaps it". The
    iteration settles box after box in the order of scores, so it ends after at most as many rounds
    as the longest chain of suppressions, in practice under ten.
    """
    keep = candidates
    for _ in range(candidates.shape[1]):
        beaten = torch.bmm(rivals, keep[:, :, None].to(rivals.dtype))[:, :, 0]  # by how many
        settled = candidates & (beaten == 0)
        if torch.equal(settled, keep):
            break
        keep = settled
    return keep
