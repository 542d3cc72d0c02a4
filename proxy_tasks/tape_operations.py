"""What a tape can record (proxy_tasks/tape.py). Imported late: numba compiles the kernels."""

from collections.abc import Sequence

import torch
from torch import nn

from proxy_tasks.group_norm_kernels import group_norm_backward, group_norm_forward
from proxy_tasks.map_kernels import (
    add_enlarged,
    max_pool_backward,
    max_pool_forward,
    relu_backward,
    sum_cells,
)
from proxy_tasks.tape import Activation
from proxy_tasks.tape_convolutions import tape_convolution


class ConvNormOperation:
    """`act(group_norm(conv(x)) + residual)`: the convolution, then one pass for the rest.

    Backward recomputes where ReLU closed, or reads it from the output if there was a residual.
    """

    def __init__(
        self,
        x: Activation,
        conv: nn.Conv2d,
        norm: nn.GroupNorm,
        residual: Activation | None,
        *,
        relu: bool,
    ) -> None:
        self.conv, self.residual, self.relu = tape_convolution(x, conv), residual, relu
        self.norm, self.bias = norm, conv.bias
        batch, height, width, channels = self.conv.out.shape
        self.out = Activation(torch.empty_like(self.conv.out))
        self.statistics = x.value.new_empty(2, batch, norm.num_groups)
        self.shape = (batch, height * width, channels, norm.num_groups)
        grads = (norm.weight.grad, norm.bias.grad)
        assert grads[0] is not None and grads[1] is not None
        self.grad_weight, self.grad_bias = grads[0], grads[1]

    def forward(self) -> None:
        self.conv.forward()
        if self.bias is not None:
            self.conv.out.add_(self.bias)
        residual = 0 if self.residual is None else self.residual.value.data_ptr()
        group_norm_forward(
            self.conv.out.data_ptr(), residual, self.out.value.data_ptr(),
            self.norm.weight.data_ptr(), self.norm.bias.data_ptr(), self.statistics.data_ptr(),
            *self.shape, self.norm.eps, self.relu,
        )  # fmt: skip

    def backward(self) -> None:
        grad = self.out.take()
        if grad is None:
            return
        grad_y = torch.empty_like(grad)
        masked = torch.empty_like(grad) if self.relu and self.residual is not None else None
        group_norm_backward(
            grad.data_ptr(), self.conv.out.data_ptr(),
            0 if masked is None else self.out.value.data_ptr(), grad_y.data_ptr(),
            0 if masked is None else masked.data_ptr(),
            self.norm.weight.data_ptr(), self.norm.bias.data_ptr(), self.statistics.data_ptr(),
            self.grad_weight.data_ptr(), self.grad_bias.data_ptr(), *self.shape, self.relu,
        )  # fmt: skip
        if self.residual is not None:
            self.residual.receive(grad if masked is None else masked, owned=masked is not None)
        if self.bias is not None:
            assert self.bias.grad is not None
            self.bias.grad.add_(grad_y.view(-1, grad_y.shape[3]).sum(0))
        self.conv.backward(grad_y)


class SumOperation:
    """The sum of maps, each enlarged by a factor of its own and cropped to `size`, then ReLU."""

    def __init__(
        self,
        maps: Sequence[Activation],
        factors: Sequence[int],
        size: tuple[int, int],
        *,
        relu: bool,
    ) -> None:
        self.maps, self.factors, self.relu = maps, factors, relu
        batch, _, _, channels = maps[0].value.shape
        self.out = Activation(maps[0].value.new_empty(batch, *size, channels))
        self.shapes = [
            (batch, *size, x.value.shape[1], x.value.shape[2], channels, factor)
            for x, factor in zip(maps, factors, strict=True)
        ]

    def forward(self) -> None:
        last = len(self.maps) - 1
        for number, (x, shape) in enumerate(zip(self.maps, self.shapes, strict=True)):
            add_enlarged(
                x.value.data_ptr(), self.out.value.data_ptr(), *shape,
                number == 0, self.relu and number == last,
            )  # fmt: skip

    def backward(self) -> None:
        grad = self.out.take()
        if grad is None:
            return
        if self.relu:
            masked = torch.empty_like(grad)
            relu_backward(
                grad.data_ptr(), self.out.value.data_ptr(), masked.data_ptr(), grad.numel()
            )
            grad = masked
        for x, shape in zip(self.maps, self.shapes, strict=True):
            if shape[-1] == 1:
                x.receive(grad, owned=False)
            else:
                small = torch.empty_like(x.value)
                sum_cells(grad.data_ptr(), small.data_ptr(), *shape)
                x.receive(small)


class MaxPoolOperation:
    """3x3 maxima at stride 2; remembers in one byte a cell which of its window each is."""

    def __init__(self, x: Activation) -> None:
        batch, height, width, channels = x.value.shape
        shape = (batch, -(-height // 2), -(-width // 2), channels)
        self.x, self.out = x, Activation(x.value.new_empty(shape))
        self.chosen = torch.empty(shape, dtype=torch.uint8)
        self.shape = (batch, height, width, channels, height % 2, width % 2)

    def forward(self) -> None:
        max_pool_forward(
            self.x.value.data_ptr(), self.out.value.data_ptr(), self.chosen.data_ptr(),
            *self.shape,
        )  # fmt: skip

    def backward(self) -> None:
        grad = self.out.take()
        if grad is None:
            return
        grad_x = torch.empty_like(self.x.value)
        max_pool_backward(grad.data_ptr(), self.chosen.data_ptr(), grad_x.data_ptr(), *self.shape)
        self.x.receive(grad_x)


class ConvOperation:
    """A convolution with bias and nothing behind it, as predictors are."""

    def __init__(self, x: Activation, conv: nn.Conv2d) -> None:
        self.conv, self.bias = tape_convolution(x, conv), conv.bias
        self.out = Activation(torch.empty_like(self.conv.out))

    def forward(self) -> None:
        self.conv.forward()
        if self.bias is None:
            self.out.value.copy_(self.conv.out)
        else:
            torch.add(self.conv.out, self.bias, out=self.out.value)

    def backward(self) -> None:
        grad = self.out.take()
        if grad is None:
            return
        if self.bias is not None:
            assert self.bias.grad is not None
            self.bias.grad.add_(grad.view(-1, grad.shape[3]).sum(0))
        self.conv.backward(grad)
