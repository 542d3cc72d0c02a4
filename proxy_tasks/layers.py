"""Convolution, normalisation and pooling on NHWC tensors, padded as TensorFlow pads ("SAME").

Every activation in this package is `[B, H, W, C]`. On CPU a 1x1 convolution is then one matrix
product, 1.5 to 2 times faster than `conv2d` at the narrow widths of a proxy, and on GPU the layout
is the one that tensor cores want. Weights keep torch's `[out, in, kh, kw]`.
"""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from proxy_tasks.errors import InvalidRecipe

# Official SpineNet: Keras BatchNormalization(momentum=0.99, epsilon=0.001).
NORM_EPSILON = 1e-3
BATCH_NORM_MOMENTUM = 0.01
# Normalising fewer channels than this together makes a 1x1 map (level 7 at 64 px) constant.
GROUP_SIZE = 8

Activation = Callable[[Tensor], Tensor]
ACTIVATIONS: dict[str, Activation] = {
    "relu": F.relu,
    "swish": F.silu,
    "hard_swish": F.hardswish,
}


class PointwiseConv(nn.Conv2d):
    """A 1x1 convolution of `[B, H, W, in]` as one matrix product."""

    def __init__(self, in_channels: int, out_channels: int, *, bias: bool = False) -> None:
        super().__init__(in_channels, out_channels, 1, bias=bias)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        return F.linear(input, self.weight.flatten(1), self.bias)


class Conv(nn.Conv2d):
    """A k x k convolution of `[B, H, W, in]`; an output side is ceil(side / stride)."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        *,
        stride: int = 1,
        groups: int = 1,
        bias: bool = False,
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride=stride, groups=groups, bias=bias
        )
        # One value: the kernels and strides here are square.
        self.side, self.step = kernel_size, stride

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        x = input.permute(0, 3, 1, 2)  # a view; in memory it is channels_last
        if self.step == 1:
            padding = self.side // 2
        else:
            x, padding = pad_same(x, self.side, self.step), 0
        y = F.conv2d(x, self.weight, self.bias, self.step, padding, 1, self.groups)
        return y.permute(0, 2, 3, 1)


class SeparableConv(PointwiseConv):
    """A depthwise k x k convolution, then a 1x1 with bias (Keras SeparableConv2D)."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int) -> None:
        super().__init__(in_channels, out_channels, bias=True)
        self.depthwise = Conv(in_channels, in_channels, kernel_size, groups=in_channels)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        return super().forward(self.depthwise(input))


def pad_same(x: Tensor, side: int, step: int) -> Tensor:
    """Pad `[B, C, H, W]` as TensorFlow's SAME does: the smaller half first.

    On an even side a 3x3 window of stride 2 pads (0, 1); torch's `padding=1` would sample every
    window one pixel earlier.
    """
    pads: list[int] = []
    for size in (x.shape[3], x.shape[2]):
        total = max((-(-size // step) - 1) * step + side - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)


def max_pool(x: Tensor) -> Tensor:
    """A 3x3 max pool of stride 2 of `[B, H, W, C]`, padded as SAME with -inf.

    SAME pads an even side by (0, 1), which `ceil_mode` does without a copy, and an odd one by
    (1, 1), where `ceil_mode` changes nothing.
    """
    padding = (x.shape[1] % 2, x.shape[2] % 2)
    x = F.max_pool2d(x.permute(0, 3, 1, 2), 3, 2, padding, ceil_mode=True)
    return x.permute(0, 2, 3, 1)


def resize_nearest(x: Tensor, factor: int, height: int, width: int) -> Tensor:
    """Repeat each cell of `[B, h, w, C]` `factor` times each way and crop to `height` x `width`.

    The crop matters only where a side is no multiple of the coarsest stride.
    """
    b, h, w, c = x.shape
    x = x[:, :, None, :, None, :].expand(b, h, factor, w, factor, c)
    x = x.reshape(b, h * factor, w * factor, c)
    return x[:, :height, :width]


class BatchNorm(nn.BatchNorm2d):
    """Batch normalisation of `[B, H, W, C]` with the official momentum and epsilon."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=NORM_EPSILON, momentum=BATCH_NORM_MOMENTUM)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        return super().forward(input.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class SyncBatchNorm(nn.SyncBatchNorm):
    """Batch normalisation of `[B, H, W, C]` with statistics over all processes of a training.

    Outside `torch.distributed` it is BatchNorm. Across processes torch has it on GPUs only.
    (`nn.SyncBatchNorm.convert_sync_batchnorm` would take the wrong axis for the channels.)
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=NORM_EPSILON, momentum=BATCH_NORM_MOMENTUM)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        return super().forward(input.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class GroupNorm(nn.GroupNorm):
    """Group normalisation of `[B, H, W, C]`; of use where batches and trainings are short.

    Epsilon 1e-3 is needed: with 1e-5 the 1x1 map of level 7 gave non-finite gradients.
    """

    def __init__(self, channels: int) -> None:
        groups = max(1, channels // GROUP_SIZE)
        while channels % groups:
            groups -= 1
        super().__init__(groups, channels, eps=NORM_EPSILON)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        return super().forward(input.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


NORMALIZATIONS: dict[str, Callable[[int], nn.Module]] = {
    "batch_norm": BatchNorm,
    "sync_batch_norm": SyncBatchNorm,
    "group_norm": GroupNorm,
}


class ConvNorm(nn.Module):
    """A convolution without bias, its normalisation and, unless told otherwise, the activation."""

    def __init__(
        self,
        conv: nn.Conv2d,
        normalization: str,
        activation: str | None,
    ) -> None:
        super().__init__()
        self.conv = conv
        self.norm = NORMALIZATIONS[normalization](conv.out_channels)
        self.activation = None if activation is None else ACTIVATIONS[activation]

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(x))
        return x if self.activation is None else self.activation(x)


def check_settings(normalization: str, activation: str, stochastic_depth: float) -> None:
    """Refuse a name that there is none of, or a rate that is none. Raises InvalidRecipe."""
    for name, value, known in (
        ("normalization", normalization, NORMALIZATIONS),
        ("activation", activation, ACTIVATIONS),
    ):
        if value not in known:
            raise InvalidRecipe(f"{name} is {value!r}: it is one of {', '.join(known)}")
    if not 0 <= stochastic_depth < 1:
        raise InvalidRecipe(
            f"stochastic_depth is {stochastic_depth!r}: a drop rate is at least 0 and below 1"
        )
