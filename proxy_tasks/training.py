"""The training loop of a proxy, which ends when the loss is no number."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from proxy_tasks.augmentation import Augmentation
from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import Batch
from proxy_tasks.captured_step import CapturedStep
from proxy_tasks.checkpoint import TrainingState
from proxy_tasks.detector import Detector
from proxy_tasks.errors import Diverged
from proxy_tasks.processes import gathered, process_count, process_rank, sum_over_processes
from proxy_tasks.recipe import TrainingRecipe
from proxy_tasks.replayed_step import ReplayedStep
from proxy_tasks.trainable import Trainable
from proxy_tasks.training_step import TrainingStep

# Steps between two looks at the loss: on a GPU each look waits for the device.
CHECK_EVERY = 20
# Of a network, a batch, the number of the step and what predicts as the step does.
Augment = Callable[[Any, Batch, int, Any], Batch]
Asked = Callable[[], bool]  # whether a training is to end behind the step at hand
NO_AUGMENTATION = Augmentation(AugmentationRecipe(), 0)  # besides the stream's own


@dataclass(frozen=True, slots=True)
class TrainingLosses:
    """Mean losses of some steps of a training."""

    class_loss: float
    box_loss: float


def never_asked() -> bool:
    """To end before the end."""
    return False


class Training:
    """A training of `steps` batches of the stream, which can pause and go on elsewhere.

        training = Training(detector, stream, 240, recipe)
        losses = training.run(until=60)
        state = training.state()   # `resume(state)` of another one goes on with step 60

    What was paused and resumed is, on one kind of CPU, what had never been, to the last bit. With
    `cuda_graph` the steps of a detector on a GPU are captured once and replayed.
    """

    def __init__(
        self,
        detector: Trainable,
        stream: Iterator[Batch],
        steps: int,
        recipe: TrainingRecipe,
        augmentation: Augment = NO_AUGMENTATION,
        *,
        cuda_graph: bool = False,
    ) -> None:
        self._detector, self._stream, self._augmentation = detector, stream, augmentation
        self._device = next(detector.parameters()).device
        self._take_step: TrainingStep
        if self._device.type == "cpu" and isinstance(detector, Detector):
            self._take_step = ReplayedStep(detector, recipe, steps)
        elif cuda_graph and self._device.type == "cuda" and process_count() == 1:
            self._take_step = CapturedStep(detector, recipe, steps)
        else:
            self._take_step = TrainingStep(detector, recipe, steps)
        self._losses = torch.zeros(steps, 2, device=self._device)
        self._step = 0

    @property
    def step(self) -> int:
        """So many steps have been taken."""
        return self._step

    def run(self, until: int, asked: Asked = never_asked) -> TrainingLosses:
        """Train to the end of step `until`; the losses are of the second half of these steps.

        Ends behind an earlier step, and as if that were `until`, where `asked()` holds then: for a
        process that trains alone. Raises Diverged when the loss is not finite.
        """
        self._detector.train()
        begin, losses, checked, end = self._step, self._losses, self._step, until
        for step, batch in enumerate(islice(self._stream, until - begin), begin):
            augmented = self._augmentation(
                self._detector, batch.to(self._device), step, self._take_step.predict
            )
            losses[step] = self._take_step(augmented, step)
            if asked():
                end = step + 1
            if (step + 1) % CHECK_EVERY == 0 or step + 1 == end:
                sum_over_processes(losses[checked : step + 1])
                _check_finite(losses[: step + 1])
                checked = step + 1
            if step + 1 == end:
                break
        self._step = end
        return self.losses(end // 2, end)

    def learning_rate(self, step: int) -> float:
        """Of a step, counted from 0."""
        return self._take_step.rates[step]

    def losses(self, begin: int, end: int) -> TrainingLosses:
        """Means of the steps from `begin` to before `end`, which have been taken."""
        class_loss, box_loss = self._losses[begin:end].mean(0)
        return TrainingLosses(float(class_loss), float(box_loss))

    def state(self) -> TrainingState:
        """Where the training is; later steps change it, so write it down first."""
        gpus = [torch.cuda.get_rng_state(self._device)] if self._device.type == "cuda" else []
        generators = gathered([torch.get_rng_state(), *gpus])
        return TrainingState(
            self._step,
            self._detector.state_dict(),
            self._take_step.optimizer.state_dict(),
            self._losses[: self._step],
            [state for of_one in generators for state in of_one],
        )

    def resume(self, state: TrainingState) -> None:
        """Go on behind `state.step`: a fresh training of the same recipe, seed and data.

        Its stream begins there: `batches(..., skip=state.step)`. Raises whatever torch does for
        tensors that do not fit, and is then of no more use.
        """
        self._detector.load_state_dict(state.model)
        optimizer = self._take_step.optimizer
        optimizer.load_state_dict(state.optimizer)
        for weights, moments in optimizer.state.items():  # torch does not look at their shapes
            for moment in moments.values():
                if isinstance(moment, Tensor) and moment.ndim and moment.shape != weights.shape:
                    raise ValueError(
                        f"moments {tuple(moment.shape)}: {tuple(weights.shape)} wanted"
                    )
        self._losses[: state.step] = state.losses.to(self._device)
        self._step = state.step
        each = 2 if self._device.type == "cuda" else 1
        if len(state.generators) != each * process_count():
            return  # of another number of processes: those of the seed are as good
        ours = state.generators[each * process_rank() :]
        torch.set_rng_state(ours[0])
        if each == 2:
            torch.cuda.set_rng_state(ours[1], self._device)


def train(
    detector: Detector, stream: Iterator[Batch], steps: int, recipe: TrainingRecipe
) -> TrainingLosses:
    """Train for `steps` batches of the stream. Raises Diverged when the loss is not finite."""
    return Training(detector, stream, steps, recipe).run(steps)


def _check_finite(losses: Tensor) -> None:
    bad = ~losses.isfinite().all(1)
    if bad.any():
        raise Diverged(f"the loss was not finite from step {int(bad.nonzero()[0, 0])} on")
