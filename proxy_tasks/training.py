"""The training loop of a proxy: AdamW, warm-up, cosine, and an end when the loss is no number."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from proxy_tasks.batches import Batch
from proxy_tasks.detector import Detector
from proxy_tasks.errors import Diverged
from proxy_tasks.flat_parameters import FlatParameters
from proxy_tasks.recipe import TrainingRecipe

# Steps between two looks at the loss: on a GPU each look waits for the device.
CHECK_EVERY = 20


@dataclass(frozen=True, slots=True)
class TrainingLosses:
    """Mean losses of the second half of a training."""

    class_loss: float
    box_loss: float


def train(
    detector: Detector, stream: Iterator[Batch], steps: int, recipe: TrainingRecipe
) -> TrainingLosses:
    """Train for `steps` batches of the stream. Raises Diverged when the loss is not finite."""
    device = next(detector.parameters()).device
    flat = FlatParameters(detector)
    optimizer = torch.optim.AdamW(
        flat.groups(recipe.weight_decay), lr=recipe.learning_rate, fused=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: learning_rate_factor(step, steps, recipe.warmup)
    )
    detector.train()
    losses = torch.zeros(steps, 2, device=device)
    for step, batch in enumerate(islice(stream, steps)):
        flat.zero_grad()
        class_loss, box_loss = detector.loss(
            batch.images.to(device), batch.boxes.to(device), batch.labels.to(device)
        )
        (class_loss + box_loss).backward()  # type: ignore[no-untyped-call]
        losses[step, 0], losses[step, 1] = class_loss.detach(), box_loss.detach()
        flat.clip_norm(recipe.clip_norm)
        optimizer.step()
        schedule.step()
        if (step + 1) % CHECK_EVERY == 0 or step + 1 == steps:
            _check_finite(losses[: step + 1])
    class_loss, box_loss = losses[steps // 2 :].mean(0)
    return TrainingLosses(float(class_loss), float(box_loss))


def learning_rate_factor(step: int, steps: int, warmup: float) -> float:
    """Share of the learning rate at a step: linear up over `warmup * steps`, then a cosine to 0."""
    ramp = warmup * steps
    if step < ramp:
        return min((step + 1) / ramp, 1.0)
    progress = (step - ramp) / max(steps - ramp, 1)
    return 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))


def _check_finite(losses: Tensor) -> None:
    bad = ~losses.isfinite().all(1)
    if bad.any():
        raise Diverged(f"the loss was not finite from step {int(bad.nonzero()[0, 0])} on")
