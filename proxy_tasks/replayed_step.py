"""A training step on a CPU that replays a tape.

A step of `quick` (SpineNet-49, batch 16) takes 36 ms of CPU time, no more than its convolutions
alone by autograd; 60 by autograd; 100 in plain PyTorch (benchmarks/proxy_step.py). Tried and
refused: one autograd function for each convolution and norm, with the same kernels (54 ms: 60
microseconds a node are Python's and autograd's); oneDNN's linear for narrow products (1 ms less,
but a private operator of torch); unfolding the larger convolutions too (MKL's products have half of
oneDNN's speed).
"""

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


class ReplayedStep(TrainingStep):
    """`TrainingStep`, recorded on the first batch and replayed on all of its shape.

    What cannot be recorded (batch norm, stochastic depth, another activation than ReLU, a head of
    separable convolutions, mixed precision) is trained by autograd, as by `TrainingStep`.
    """

    def __init__(self, detector: Detector, recipe: TrainingRecipe, steps: int) -> None:
        # Then a kernel is a matrix as it stands, in the order of an unfolded window.
        detector.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        super().__init__(detector, recipe, steps)
        self._tapes: dict[torch.Size, tuple[Tape, Sequence[Tensor]] | None] = {}

    def _backpropagate(self, batch: Batch) -> tuple[Tensor, Tensor]:
        shape = batch.images.shape
        if shape not in self._tapes:
            self._tapes[shape] = record_network(self._detector, batch.images)
        recorded = self._tapes[shape]
        if recorded is None:
            return super()._backpropagate(batch)
        tape, maps = recorded
        detector = self._detector
        with torch.no_grad():
            detector.normalized(batch.images, out=tape.image)
            tape.forward()
        predicted = [x.detach().requires_grad_() for x in maps]
        logits, codes = detector.head.gather(predicted)
        losses = detector.loss_of(logits, codes, batch.boxes, batch.labels)
        grads = torch.autograd.grad(losses[0] + losses[1], predicted)
        with torch.no_grad():
            tape.backward(maps, grads)
        return losses


def load_kernels() -> None:
    """Import the compiled kernels, or compile them, now: not while something is timed."""
    import proxy_tasks.tape_operations  # noqa: F401


def record_network(detector: Detector, images: Tensor) -> tuple[Tape, Sequence[Tensor]] | None:
    """The tape of images of this shape and the predictors' maps, or None if it is not complete."""
    if images.device.type != "cpu" or detector.precision != "float32":
        return None
    if torch.is_autocast_enabled("cpu") or not _is_repeatable(detector):
        return None
    with torch.no_grad():
        pixels = detector.normalized(images)
        if {pixels.dtype, *(p.dtype for p in detector.parameters())} != {torch.float32}:
            return None
        tape = Tape(pixels)
        with record(tape):
            maps = detector.head.predict(detector.backbone(pixels))
    return (tape, maps) if all(tape.activation(x) for x in maps) else None


def _is_repeatable(detector: nn.Module) -> bool:
    """Whether a forward pass changes nothing, draws nothing and is watched by nobody."""
    return not any(
        watched(layer)
        or isinstance(layer, nn.modules.batchnorm._NormBase)
        or (isinstance(layer, StochasticDepth) and layer.active)
        for layer in detector.modules()
    )
