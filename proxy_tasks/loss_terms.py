"""From a network's outputs and a batch's objects to the two losses, eager or as one kernel."""

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from proxy_tasks.losses import detection_loss
from proxy_tasks.matching import match
from proxy_tasks.recipe import LossScale, MatchScale

Terms = Callable[
    [Tensor, Tensor, Tensor, Tensor, Tensor, MatchScale, LossScale], tuple[Tensor, Tensor]
]


def loss_terms(
    anchors: Tensor,
    boxes: Tensor,
    labels: Tensor,
    logits: Tensor,
    codes: Tensor,
    matching: MatchScale,
    scale: LossScale,
) -> tuple[Tensor, Tensor]:
    """Class and weighted box loss; shapes as in `match` and `detection_loss`."""
    targets = match(anchors, boxes, labels, positive=matching.positive, negative=matching.negative)
    return detection_loss(logits, codes, targets, scale)


@cache
def compiled_loss_terms() -> Terms:
    """`loss_terms` by torch.compile: at 512 px each of its operations would move gigabytes.

    Compiled at the first call and for one shape, which all candidates of a task have: tens of
    seconds a process.
    """
    compiled: Terms = torch.compile(loss_terms, dynamic=False, fullgraph=True)
    return compiled
