"""A training step on a CPU that replays a tape.

A step of `quick` (SpineNet-49, batch 16) takes 36 ms of CPU time, no more than its convolutions
alone by autograd; 60 by autograd; 100 in plain PyTorch (benchmarks/proxy_step.py). Tried and
refused: an autograd function for each convolution and norm (54 ms); oneDNN's private linear (1 ms
less); unfolding the larger convolutions too (slower). Kernels run on one thread, and so should the
rest, as `nas` has it unless OMP_NUM_THREADS says otherwise: with two threads, on a machine with
other work, the best of 40 steps took 84 ms instead of 30.
"""

import logging
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from proxy_tasks.batches import Batch
from proxy_tasks.detector import Detector
from proxy_tasks.recipe import TrainingRecipe
from proxy_tasks.recorded import watched
from proxy_tasks.stochastic_depth import StochasticDepth
from proxy_tasks.tape import Tape, record
from proxy_tasks.training_step import TrainingStep

Recorded = tuple[Tape, Sequence[Tensor]]  # with the predictors' maps

log = logging.getLogger(__name__)


class ReplayedStep(TrainingStep):
    """`TrainingStep`, recorded on the first batch and replayed on all of its shape.

    What cannot be recorded (batch norm, stochastic depth, another activation than ReLU, a head of
    separable convolutions, mixed precision) is trained by autograd, as by `TrainingStep`.
    """

    def __init__(self, detector: Detector, recipe: TrainingRecipe, steps: int) -> None:
        # Then a kernel is a matrix as it stands, in the order of an unfolded window.
        detector.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        super().__init__(detector, recipe, steps)
        self._detector: Detector = detector
        self._tapes: dict[torch.Size, Recorded | None] = {}

    def _backpropagate(self, batch: Batch) -> tuple[Tensor, Tensor]:
        replayed = self._replay(batch.images)
        if replayed is None:
            return super()._backpropagate(batch)
        tape, maps = replayed
        detector = self._detector
        predicted = [x.detach().requires_grad_() for x in maps]
        logits, codes = detector.head.gather(predicted)
        losses = detector.loss_of(logits, codes, batch.boxes, batch.labels)
        grads = torch.autograd.grad(losses[0] + losses[1], predicted)
        with torch.no_grad():
            tape.backward(maps, grads)
        return losses

    def predict(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """`detector(images)`, replayed where that can be; without gradient."""
        replayed = self._replay(images)
        if replayed is None:
            return super().predict(images)
        return self._detector.head.gather(replayed[1])

    def _replay(self, images: Tensor) -> Recorded | None:
        """The tape of images of this shape, run forward on these; None if there can be none."""
        if images.shape not in self._tapes:
            self._tapes[images.shape] = record_network(self._detector, images)
        recorded = self._tapes[images.shape]
        if recorded is not None:
            with torch.no_grad():
                self._detector.normalized(images, out=recorded[0].image)
                recorded[0].forward()
        return recorded


def load_kernels() -> None:
    """Import the compiled kernels, or compile them, now: not while something is timed."""
    import proxy_tasks.tape_operations  # noqa: F401


def record_network(detector: Detector, images: Tensor) -> Recorded | None:
    """The tape of images of this shape and the predictors' maps, or None if it is not complete."""
    obstacle = _obstacle(detector, images)
    if obstacle is None:
        with torch.no_grad():
            tape = Tape(detector.normalized(images))
            with record(tape):
                maps = detector.head.predict(detector.backbone(tape.image))
        if all(tape.activation(x) for x in maps):
            return tape, maps
        obstacle = "it has an operation that no tape knows, such as another activation than ReLU"
    log.info("trained by autograd, as the network cannot be replayed: %s", obstacle)
    return None


def _obstacle(detector: Detector, images: Tensor) -> str | None:
    """Why a forward pass is not float32 on a CPU, or changes, draws or shows something."""
    if images.device.type != "cpu" or torch.is_autocast_enabled("cpu"):
        return "its images are on a GPU, or autocast is on"
    numbers = {detector.mean.dtype, *(p.dtype for p in detector.parameters())}
    if detector.precision != "float32" or numbers != {torch.float32}:
        return "it does not compute in float32"
    for name, layer in detector.named_modules():
        if watched(layer):
            return f"{name or 'it'} has hooks"
        if isinstance(layer, nn.modules.batchnorm._NormBase):
            return f"{name} is a {type(layer).__name__}"
        if isinstance(layer, StochasticDepth) and layer.active:
            return f"{name} drops branches by chance"
    return None
