"""One step of a training: the loss of a batch, its gradient, and the optimiser."""

from functools import cache

import torch
from torch import Tensor, nn
from torch.optim import SGD, AdamW, Optimizer

from proxy_tasks.batches import Batch
from proxy_tasks.flat_parameters import FlatParameters
from proxy_tasks.learning_rate import learning_rates
from proxy_tasks.processes import sum_over_processes
from proxy_tasks.recipe import TrainingRecipe
from proxy_tasks.trainable import Trainable


class TrainingStep:
    """Trains a network on one batch a call; nothing in it waits for a GPU.

        take_step = TrainingStep(detector, recipe, steps=240)
        for step, batch in enumerate(stream):
            losses[step] = take_step(batch, step)

    `optimizer` holds the state that a checkpoint needs; the learning rate depends on the number of
    the step alone.
    """

    def __init__(self, detector: Trainable, recipe: TrainingRecipe, steps: int) -> None:
        self._detector, self._clip_norm = detector, recipe.clip_norm
        self._flat = FlatParameters(detector)
        self.rates = learning_rates(recipe, steps)
        self.optimizer = self._make_optimizer(recipe)

    def __call__(self, batch: Batch, step: int) -> Tensor:
        """Class and weighted box loss before the step, `[2]`. The batch is on the device."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rates[step]
        return self._train_on(batch)

    def predict(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """`detector(images)`, as fast as the step knows how to; without gradient."""
        with torch.no_grad():
            found: tuple[Tensor, Tensor] = self._detector(images)
        return found

    def _make_optimizer(self, recipe: TrainingRecipe) -> Optimizer:
        return make_optimizer(recipe, self._flat)

    def _train_on(self, batch: Batch) -> Tensor:
        self._flat.zero_grad()
        class_loss, box_loss = self._backpropagate(batch)
        sum_over_processes(self._flat.gradients)
        self._flat.clip_norm(self._clip_norm)
        self.optimizer.step()
        return torch.stack([class_loss.detach(), box_loss.detach()])

    def _backpropagate(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Both losses of a batch; adds their gradients to those of the parameters."""
        class_loss, box_loss = self._detector.batch_loss(batch)
        (class_loss + box_loss).backward()  # type: ignore[no-untyped-call]
        return class_loss, box_loss


@cache
def load_optimizers() -> None:
    """Import, now, the 800 modules that torch imports at a process's first optimiser and step.

    They take 1.2 CPU seconds, which the first candidate would be charged for.
    """
    weight = nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)
    AdamW([weight]).step()


def make_optimizer(
    recipe: TrainingRecipe, flat: FlatParameters, rate: Tensor | None = None
) -> Optimizer:
    """The recipe's optimiser, in one fused kernel a group.

    With a `rate` on the GPU, which replaces the recipe's, it can be part of a CUDA graph.
    """
    groups = flat.groups(recipe.weight_decay)
    start = recipe.learning_rate if rate is None else rate
    if recipe.optimizer == "sgd":
        return SGD(groups, lr=start, momentum=recipe.momentum, fused=True)
    return AdamW(groups, lr=start, fused=True, capturable=rate is not None)
