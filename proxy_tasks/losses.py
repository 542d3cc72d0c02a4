"""The detection loss: sigmoid focal loss on classes, Huber loss on box codes."""

import torch
import torch.nn.functional as F
from torch import Tensor

from proxy_tasks.matching import IGNORED, Targets
from proxy_tasks.processes import sum_over_processes
from proxy_tasks.recipe import LossScale


def focal_loss(logits: Tensor, targets: Tensor, alpha: float, gamma: float) -> Tensor:
    """Elementwise sigmoid focal loss of 0/1 targets, in the shape of `logits`."""
    signed = torch.where(targets > 0, logits, -logits)
    modulator = torch.sigmoid(-signed) ** gamma
    weight = torch.where(targets > 0, alpha, 1 - alpha)
    return -weight * modulator * F.logsigmoid(signed)


def anchor_terms(
    logits: Tensor, codes: Tensor, targets: Targets, scale: LossScale
) -> tuple[Tensor, Tensor, Tensor]:
    """Class terms `[B, A, C]`, box terms `[B, A]`, and which anchors are positive `[B, A]`.

    Of `logits` `[B, A, C]` and `codes` `[B, A, 4]`; 0 where an anchor does not count.
    """
    positive = targets.labels >= 0
    # One byte a number, where F.one_hot has eight: gigabytes at 512 px. -1 and -2 equal no class.
    one_hot = targets.labels[..., None] == torch.arange(logits.shape[-1], device=logits.device)
    counted = (targets.labels != IGNORED)[..., None]
    focal = focal_loss(logits, one_hot, scale.focal_alpha, scale.focal_gamma)
    huber = F.huber_loss(codes, targets.codes, reduction="none", delta=scale.huber_delta)
    return focal * counted, huber.mean(-1) * positive, positive


def detection_loss(
    logits: Tensor, codes: Tensor, targets: Targets, scale: LossScale
) -> tuple[Tensor, Tensor]:
    """Class loss and weighted box loss of `logits` `[B, A, C]` and `codes` `[B, A, 4]`.

    Both are sums over the batch divided by its number of positive anchors + 1. Where processes
    share the batch that number is of the whole: the losses of the whole are the sums of theirs.
    """
    of_class, of_box, positive = anchor_terms(logits, codes, targets, scale)
    normalizer = sum_over_processes(positive.sum()) + 1
    return of_class.sum() / normalizer, of_box.sum() / normalizer * scale.box_weight
