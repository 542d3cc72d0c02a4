"""The detection loss of each image by itself."""

import torch.nn.functional as F
from torch import Tensor

from proxy_tasks.losses import focal_loss
from proxy_tasks.matching import IGNORED, Targets
from proxy_tasks.recipe import LossScale


def image_losses(logits: Tensor, codes: Tensor, targets: Targets, scale: LossScale) -> Tensor:
    """`[B]`: class loss plus weighted box loss of `logits` `[B, A, C]` and `codes` `[B, A, 4]`.

    What `detection_loss` gives for a batch of that image alone: sums over its anchors divided by
    its own positive anchors + 1. So a crowded image is not worse for its number of objects.
    """
    positive = targets.labels >= 0  # [B, A]
    one_hot = F.one_hot(targets.labels.clamp(min=0), logits.shape[-1]) * positive[..., None]
    counted = targets.labels != IGNORED
    focal = focal_loss(logits, one_hot, scale.focal_alpha, scale.focal_gamma)
    huber = F.huber_loss(codes, targets.codes, reduction="none", delta=scale.huber_delta)
    of_anchors = focal.sum(2) * counted + scale.box_weight * huber.mean(2) * positive
    return of_anchors.sum(1) / (positive.sum(1) + 1)
