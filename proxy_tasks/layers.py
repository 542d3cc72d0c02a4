"""Convolution, normalisation and pooling layers on NHWC tensors.

Every activation in this package is `[B, H, W, C]`. `proxy_tasks/nhwc.py` defines the operations;
while a tape records (proxy_tasks/tape.py), several of them run as one.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from proxy_tasks import nhwc, recorded
from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.processes import differentiable_sum, process_count
from proxy_tasks.recorded import replaceable
from proxy_tasks.stochastic_depth import StochasticDepth
from proxy_tasks.tape import recording

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
        return nhwc.pointwise(input, self.weight, self.bias)


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
        # One value: strides here are square.
        self.step = stride

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        return nhwc.convolve(input, self.weight, self.bias, self.step, self.groups)


class SeparableConv(PointwiseConv):
    """A depthwise k x k convolution, then a 1x1 with bias (Keras SeparableConv2D)."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int) -> None:
        super().__init__(in_channels, out_channels, bias=True)
        self.depthwise = Conv(in_channels, in_channels, kernel_size, groups=in_channels)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        return super().forward(self.depthwise(input))


def max_pool(x: Tensor) -> Tensor:
    """A 3x3 max pool of stride 2 of `[B, H, W, C]`, padded as SAME with -inf."""
    tape = recording()
    if tape is not None and (out := recorded.max_pool(tape, x)) is not None:
        return out
    return nhwc.max_pool(x)


def resize_nearest(x: Tensor, factor: int, height: int, width: int) -> Tensor:
    """Repeat each cell of `[B, h, w, C]` `factor` times each way and crop to `height` x `width`."""
    tape, size = recording(), (height, width)
    if tape is not None:
        out = recorded.sum_of_maps(tape, [x], [factor], size, relu=False)
        if out is not None:
            return out
    return nhwc.resize_nearest(x, factor, height, width)


def add_maps(maps: Sequence[Tensor], size: tuple[int, int], activation: Activation) -> Tensor:
    """The activation of the sum of maps, those smaller than `size` repeated up to it."""
    tape = recording()
    if tape is not None and activation is F.relu:
        factors = [size[0] // x.shape[1] for x in maps]
        out = recorded.sum_of_maps(tape, maps, factors, size, relu=True)
        if out is not None:
            return out
    return activation(nhwc.sum_of_maps(maps, size))


class BatchNorm(nn.BatchNorm2d):
    """Batch normalisation of `[B, H, W, C]` with the official momentum and epsilon."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=NORM_EPSILON, momentum=BATCH_NORM_MOMENTUM)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        return super().forward(input.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class SyncBatchNorm(nn.SyncBatchNorm):
    """Batch normalisation of `[B, H, W, C]` with statistics over all processes of a training.

    Outside `torch.distributed` it is BatchNorm. Across processes torch has it on GPUs only; on
    CPUs it is plain sums here, for tests of what runs on many GPUs.
    (`nn.SyncBatchNorm.convert_sync_batchnorm` would take the wrong axis for the channels.)
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=NORM_EPSILON, momentum=BATCH_NORM_MOMENTUM)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        if self.training and input.device.type == "cpu" and process_count() > 1:
            return self._by_sums(input)
        return super().forward(input.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)

    def _by_sums(self, x: Tensor) -> Tensor:
        """Two rounds of sums, of values and of squared distances, so that nothing cancels."""
        axes = (0, 1, 2)
        count = differentiable_sum(x.new_tensor([x.numel() / x.shape[-1]]))
        mean = differentiable_sum(x.sum(axes)) / count
        variance = differentiable_sum((x - mean).square().sum(axes)) / count
        if self.track_running_stats:
            unbiased = variance.detach() * (count / (count - 1))
            assert self.running_mean is not None and self.running_var is not None
            assert self.num_batches_tracked is not None
            with torch.no_grad():
                self.running_mean.lerp_(mean.detach(), BATCH_NORM_MOMENTUM)
                self.running_var.lerp_(unbiased, BATCH_NORM_MOMENTUM)
                self.num_batches_tracked.add_(1)
        return (x - mean) * (variance + self.eps).rsqrt() * self.weight + self.bias


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
        return nhwc.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)


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
        return conv_norm(x, self.conv, self.norm, self.activation)


def conv_norm(
    x: Tensor,
    conv: nn.Module,
    norm: nn.Module,
    activation: Activation | None,
    residual: Tensor | None = None,
) -> Tensor:
    """`activation(norm(conv(x)) + residual)`."""
    tape = recording()
    if (
        tape is not None
        and (activation is None or activation is F.relu)
        and replaceable(conv, Conv, PointwiseConv)
        and replaceable(norm, GroupNorm)
    ):
        assert isinstance(conv, nn.Conv2d) and isinstance(norm, nn.GroupNorm)
        relu = activation is not None
        out = recorded.conv_norm(tape, x, conv, norm, residual, relu=relu)
        if out is not None:
            return out
    y: Tensor = norm(conv(x))
    y = y if residual is None else residual + y
    return y if activation is None else activation(y)


def convolved(x: Tensor, conv: nn.Module) -> Tensor:
    """`conv(x)`."""
    tape = recording()
    if tape is not None and replaceable(conv, Conv, PointwiseConv):
        assert isinstance(conv, nn.Conv2d)
        out = recorded.conv(tape, x, conv)
        if out is not None:
            return out
    y: Tensor = conv(x)
    return y


def add_branch(
    shortcut: Tensor,
    x: Tensor,
    branch: ConvNorm,
    drop: StochasticDepth,
    activation: Activation | None,
) -> Tensor:
    """`activation(shortcut + drop(branch(x)))`."""
    if branch.activation is None and not drop.active and replaceable(branch, ConvNorm):
        return conv_norm(x, branch.conv, branch.norm, activation, shortcut)
    total: Tensor = shortcut + drop(branch(x))
    return total if activation is None else activation(total)


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
