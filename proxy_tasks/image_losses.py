"""The detection loss of each image by itself."""

from torch import Tensor

from proxy_tasks.losses import anchor_terms
from proxy_tasks.matching import Targets
from proxy_tasks.recipe import LossScale


def image_losses(logits: Tensor, codes: Tensor, targets: Targets, scale: LossScale) -> Tensor:
    """`[B]`: class loss plus weighted box loss of `logits` `[B, A, C]` and `codes` `[B, A, 4]`.

    What `detection_loss` gives for a batch of that image alone: sums over its anchors divided by
    its own positive anchors + 1. So a crowded image is not worse for its number of objects.
    """
    of_class, of_box, positive = anchor_terms(logits, codes, targets, scale)
    return (of_class.sum((1, 2)) + scale.box_weight * of_box.sum(1)) / (positive.sum(1) + 1)
