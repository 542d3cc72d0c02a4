"""Convolutions of `[B, H, W, C]` for a tape, forward and backward by hand, each in its fastest way.

A 1x1 is a matrix product. So is a small k x k after unfolding: torch's `conv2d` takes 40
microseconds forward and 90 backward whatever its size. The others are torch's own.

Measured on one core of an AMD EPYC (Zen 5), torch 2.13, microseconds forward + backward: 3x3/2 on
`[16, 4, 4, 16]` 142 with torch, 27 unfolded; 3x3 on `[16, 2, 2, 32]` 140 and 56; on `[16, 4, 4,
32]` (2.4 million multiply-adds) 200 and 175; on `[16, 8, 8, 16]` 185 and 213.
"""

from typing import Protocol

import torch
from torch import Tensor, nn

from proxy_tasks.nhwc import pad_same, same_padding
from proxy_tasks.tape import Activation
from proxy_tasks.unfold_kernels import fold, unfold

# Multiply-adds up to which unfolding wins.
UNFOLDED_MADDS = 1 << 20


class TapeConvolution(Protocol):
    """`out` `[B, h, w, out]` of an activation; the bias is not its business."""

    out: Tensor

    def forward(self) -> None: ...

    def backward(self, grad: Tensor) -> None:
        """Hand on the gradients of input and weight, given the contiguous one of `out`."""


def tape_convolution(x: Activation, conv: nn.Conv2d) -> TapeConvolution:
    """The fastest of the three. The kernel's memory is contiguous in channels_last."""
    batch, height, width, _ = x.value.shape
    side, stride = conv.kernel_size[0], conv.stride[0]
    cells = batch * -(-height // stride) * -(-width // stride)
    if side == stride == conv.groups == 1:
        return PointwiseProduct(x, conv.weight)
    if conv.groups == 1 and (side == 1 or cells * conv.weight.numel() <= UNFOLDED_MADDS):
        return UnfoldedProduct(x, conv.weight, stride)
    return LibraryConvolution(x, conv.weight, stride, conv.groups)


class PointwiseProduct:
    """A 1x1 convolution: `[cells, in]` times `[in, out]`."""

    def __init__(self, x: Activation, weight: Tensor) -> None:
        out, channels = weight.shape[:2]
        self.x, self.rows = x, x.value.view(-1, channels)
        self.out = x.value.new_empty(*x.value.shape[:3], out)
        self.product = self.out.view(-1, out)
        self.matrix = _as_matrix(weight.detach())
        self.transposed = self.matrix.t()
        self.weight_gradient = WeightGradient(weight, self.rows)

    def forward(self) -> None:
        torch.mm(self.rows, self.transposed, out=self.product)

    def backward(self, grad: Tensor) -> None:
        rows = grad.view(self.product.shape)
        self.weight_gradient.add(rows)
        if self.x.trained:
            self.x.receive_product(rows, self.matrix)


class UnfoldedProduct:
    """A k x k convolution as a product of the windows `[cells, k * k * in]`."""

    def __init__(self, x: Activation, weight: Tensor, stride: int) -> None:
        batch, height, width, channels = x.value.shape
        out, side = weight.shape[0], weight.shape[2]
        h, w = -(-height // stride), -(-width // stride)
        top, left = (same_padding(size, side, stride)[0] for size in (height, width))
        self.x = x
        self.shape = (batch, height, width, channels, side, stride, top, left, h, w)
        self.windows = x.value.new_empty(batch * h * w, side * side * channels)
        self.out = x.value.new_empty(batch, h, w, out)
        self.product = self.out.view(-1, out)
        self.matrix = _as_matrix(weight.detach())
        self.transposed = self.matrix.t()
        self.weight_gradient = WeightGradient(weight, self.windows)

    def forward(self) -> None:
        unfold(self.x.value.data_ptr(), self.windows.data_ptr(), *self.shape)
        torch.mm(self.windows, self.transposed, out=self.product)

    def backward(self, grad: Tensor) -> None:
        rows = grad.view(self.product.shape)
        self.weight_gradient.add(rows)
        if self.x.trained:
            windows = torch.mm(rows, self.matrix)
            grad_x = torch.empty_like(self.x.value)
            fold(windows.data_ptr(), grad_x.data_ptr(), *self.shape)
            self.x.receive(grad_x)


class LibraryConvolution:
    """Torch's own, of any stride and groups."""

    def __init__(self, x: Activation, weight: Tensor, stride: int, groups: int) -> None:
        self.x, self.weight, self.stride, self.side = x, weight.detach(), stride, weight.shape[2]
        assert weight.grad is not None
        self.grad = weight.grad
        padding = self.side // 2 if stride == 1 else 0
        self.settings = ([stride] * 2, [padding] * 2, [1, 1], False, [0, 0], groups)
        _, height, width, _ = x.value.shape
        tops = [same_padding(size, self.side, stride)[0] for size in (height, width)]
        self.crop = [
            slice(0 if stride == 1 else start, (0 if stride == 1 else start) + size)
            for start, size in zip(tops, (height, width), strict=True)
        ]
        self._wanted = [x.trained, True, False]
        self.forward()

    def forward(self) -> None:
        x = self.x.value.permute(0, 3, 1, 2)
        self.padded = x if self.stride == 1 else pad_same(x, self.side, self.stride)
        y = torch.convolution(self.padded, self.weight, None, *self.settings)
        self.out = y.permute(0, 2, 3, 1).contiguous()

    def backward(self, grad: Tensor) -> None:
        grad_x, grad_weight, _ = torch.ops.aten.convolution_backward.default(
            grad.permute(0, 3, 1, 2), self.padded, self.weight, None, *self.settings, self._wanted
        )
        self.grad.add_(grad_weight)
        if self.x.trained:
            grad_x = grad_x[:, :, self.crop[0], self.crop[1]].permute(0, 2, 3, 1)
            self.x.receive(grad_x.contiguous())


class WeightGradient:
    """Adds `grad^T rows` to the gradient of a kernel, the product's longer side first.

    For 4,096 cells of 8 to 32 channels that takes 33 instead of 139 microseconds.
    """

    def __init__(self, weight: Tensor, rows: Tensor) -> None:
        assert weight.grad is not None
        self.rows = rows
        self.matrix = _as_matrix(weight.grad)
        self.swapped = self.matrix.shape[0] > self.matrix.shape[1] and len(rows) >= 1024

    def add(self, grad: Tensor) -> None:
        if self.swapped:
            self.matrix.add_(torch.mm(self.rows.t(), grad).t())
        else:
            self.matrix.addmm_(grad.t(), self.rows)


def _as_matrix(weight: Tensor) -> Tensor:
    """A view `[out, k * k * in]` of a kernel `[out, in, k, k]`, in a window's order."""
    return weight.permute(0, 2, 3, 1).view(len(weight), -1)
