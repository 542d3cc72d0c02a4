"""Greedy non-maximum suppression of a whole batch without a Python loop over boxes."""

import torch
from torch import Tensor

from proxy_tasks.boxes import pairwise_iou


def suppress(boxes: Tensor, labels: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Which boxes greedy per-class NMS keeps: a mask `[B, K]`.

    `boxes` `[B, K, 4]`, `labels` `[B, K]` and `scores` `[B, K]` are sorted by falling score; boxes
    of score 0 are neither kept nor do they suppress.

    Greedy NMS is the fixed point of "kept unless a kept, better box of the class overlaps it". The
    iteration settles box after box in the order of scores, so it ends after at most as many rounds
    as the longest chain of suppressions, in practice under ten.
    """
    k = boxes.shape[1]
    better = torch.ones(k, k, dtype=torch.bool, device=boxes.device).tril(-1)  # [this, other]
    same_class = labels[:, :, None] == labels[:, None, :]
    rivals = (pairwise_iou(boxes, boxes) > iou_threshold) & same_class & better  # [B, K, K]
    candidates = scores > 0
    keep = candidates
    for _ in range(k):
        settled = candidates & ~(rivals & keep[:, None, :]).any(2)
        if torch.equal(settled, keep):
            break
        keep = settled
    return keep
