"""MaxUp (arXiv 2002.09024): of several augmented copies, train on each sample's worst."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


@torch.no_grad()
def worst_copies(
    model: nn.Module, draw: Callable[[], Tensor], losses: Callable[[Tensor], Tensor], copies: int
) -> Tensor:
    """Of `copies` draws `[B, ...]`, of each of the B samples the one with the largest loss.

    A step on them is one of `min_theta E_x max_i loss(copy_i(x), theta)`. `losses` maps copies
    through `model` to `[B]`, each sample's own. Those passes run without gradient and in the
    model's present mode, which should be training: batch norms then use the statistics of each
    pass, as the step will, and keep their running ones. Torch's global generator is where it was
    after each pass, so that dropout and stochastic depth drop the same in all passes and in the
    step that follows: copies are told apart by what was drawn, not by luck in what was dropped.
    """
    gpus = [*{p.device for p in model.parameters() if p.device.type == "cuda"}]

    def measured(copy: Tensor) -> Tensor:
        with torch.random.fork_rng(devices=gpus):
            return losses(copy)

    with _frozen_statistics(model):
        worst = draw()
        highest = measured(worst)
        for _ in range(copies - 1):
            other = draw()
            loss = measured(other)
            # NaN too: a training that diverges is to go on into it, where it is noticed.
            higher = ((loss > highest) | loss.isnan()).view(-1, *[1] * (other.dim() - 1))
            worst = torch.where(higher, other, worst)
            highest = torch.maximum(highest, loss)
    return worst


@contextmanager
def _frozen_statistics(model: nn.Module) -> Iterator[None]:
    """Within, batch norms in training mode use the batch's statistics and remember nothing."""
    tracking = [m for m in model.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]
    for norm in tracking:
        norm.track_running_stats = False
    try:
        yield
    finally:
        for norm in tracking:
            norm.track_running_stats = True
