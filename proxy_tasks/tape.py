"""A network's forward pass written down, so that it can be run again without Python's overhead.

A step of a proxy is some 140 convolutions of 20 microseconds to a millisecond; modules, autograd
nodes and the memory of new tensors cost another 60 microseconds each. While a tape records, layers
(proxy_tasks/layers.py) run through its operations (proxy_tasks/tape_operations.py), each of which
knows where in memory its inputs and parameters are, and how to run forward and backward again. The
order of a CUDA graph, for a CPU.

What torch does in between is not seen: the tensor that it makes is unknown to the tape, and so is
all that is made of it, up to an output. Such a network cannot be replayed, and autograd trains it.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor


class _Thread(threading.local):
    """What each thread records to; no ContextVar, which torch.compile does not know."""

    tape: "Tape | None" = None


_THREAD = _Thread()


class Activation:
    """A tensor that stays where it is in memory, and during a backward pass its gradient.

    `owned` says whether nobody else uses that gradient, so that more may be added to it in place.
    """

    __slots__ = ("grad", "owned", "trained", "value", "version")

    def __init__(self, value: Tensor, *, trained: bool = True) -> None:
        self.value, self.trained = value, trained
        self.version = value._version  # torch's count of changes in place, kernels' not included
        self.grad: Tensor | None = None
        self.owned = False

    def receive(self, grad: Tensor, *, owned: bool = True) -> None:
        """Add one consumer's gradient, contiguous."""
        if self.grad is None:
            self.grad, self.owned = grad, owned
        elif self.owned:
            self.grad.add_(grad)
        else:
            self.grad, self.owned = self.grad + grad, True

    def receive_product(self, a: Tensor, b: Tensor) -> None:
        """Add the matrix product of `a` and `b`, which has a row for each cell of `value`."""
        if self.grad is not None and self.owned:
            self.grad.view(len(a), -1).addmm_(a, b)
        else:
            self.receive(torch.mm(a, b).view(self.value.shape))

    def take(self) -> Tensor | None:
        """The gradient, once all consumers have added theirs; it is forgotten here."""
        grad, self.grad = self.grad, None
        return grad


class Operation(Protocol):
    """One entry of a tape. `backward` reads its output's gradient and hands on its inputs'."""

    out: Activation

    def forward(self) -> None:
        """Write the output from the inputs and parameters as they are now."""

    def backward(self) -> None:
        """Add the gradients of parameters to their `grad`, those of inputs to the activations."""


class Tape:
    """What was recorded between `image` and the network's outputs."""

    def __init__(self, image: Tensor) -> None:
        self.image = image
        self._operations: list[Operation] = []
        self._known = {id(image): Activation(image, trained=False)}

    def activation(self, tensor: Tensor) -> Activation | None:
        """While recording: the activation of this very tensor, if the tape made it as it is now.

        What torch has changed in place since is another value, which no operation would write.
        """
        found = self._known.get(id(tensor))
        return found if found is not None and tensor._version == found.version else None

    def add(self, operation: Operation) -> Tensor:
        """Run the operation and write it down; returns its output."""
        operation.forward()
        operation.out.version = operation.out.value._version
        self._operations.append(operation)
        self._known[id(operation.out.value)] = operation.out
        return operation.out.value

    def forward(self) -> None:
        """Run all operations again, on what is now in the image's memory."""
        for operation in self._operations:
            operation.forward()

    def backward(self, outputs: Sequence[Tensor], grads: Sequence[Tensor]) -> None:
        """Add the gradients of all parameters to their `grad`, given those of the outputs."""
        for output, grad in zip(outputs, grads, strict=True):
            self._known[id(output)].receive(grad.contiguous(), owned=False)
        for operation in reversed(self._operations):
            operation.backward()


def recording() -> Tape | None:
    """The tape that this thread's layers write to now."""
    return _THREAD.tape


@contextmanager
def record(tape: Tape) -> Iterator[None]:
    """Within, this thread's layers write to the tape."""
    outer, _THREAD.tape = _THREAD.tape, tape
    try:
        with torch.no_grad():
            yield
    finally:
        _THREAD.tape = outer
