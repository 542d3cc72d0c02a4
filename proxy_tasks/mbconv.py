"""The block of SpineNet-Mobile and its resampling (official spinenet_mobile.py)."""

import torch.nn.functional as F
from torch import Tensor, nn

from proxy_tasks.blocks import expanded
from proxy_tasks.layers import Conv, ConvNorm, PointwiseConv, add_branch
from proxy_tasks.stochastic_depth import StochasticDepth
from search_space.scale import MBCONV_EXPANSION


class SqueezeExcitation(nn.Module):
    """Scales the channels of `[B, H, W, C]` by gates from their means (arXiv 1709.01507)."""

    def __init__(self, channels: int, squeezed: int, *, hard_gate: bool) -> None:
        super().__init__()
        self.reduce = PointwiseConv(channels, squeezed, bias=True)
        self.expand = PointwiseConv(squeezed, channels, bias=True)
        self.gate = hard_sigmoid if hard_gate else F.sigmoid

    def forward(self, x: Tensor) -> Tensor:
        means = x.mean((1, 2), keepdim=True)
        gates: Tensor = self.gate(self.expand(F.relu(self.reduce(means))))
        return x * gates


def hard_sigmoid(x: Tensor) -> Tensor:
    """The official one, whose sixth is rounded: with an exact one outputs move by 1e-5."""
    return F.relu6(x + 3) * 0.16667


class MBConv(nn.Module):
    """1x1 to six times the width, depthwise 3x3, squeeze and excitation, 1x1 without activation.

    The input is added where neither channels nor size change. The official code gates the first
    block of a group with a hard sigmoid and its repeats with a sigmoid.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        squeezed: int,
        normalization: str,
        activation: str,
        *,
        stride: int = 1,
        drop_rate: float = 0.0,
        hard_gate: bool = True,
    ) -> None:
        super().__init__()
        width = in_channels * MBCONV_EXPANSION
        self.expand = ConvNorm(PointwiseConv(in_channels, width), normalization, activation)
        depthwise = Conv(width, width, 3, stride=stride, groups=width)
        self.depthwise = ConvNorm(depthwise, normalization, activation)
        self.squeeze = SqueezeExcitation(width, squeezed, hard_gate=hard_gate)
        self.project = ConvNorm(PointwiseConv(width, out_channels), normalization, None)
        self.drop = StochasticDepth(drop_rate)
        self.skips = stride == 1 and in_channels == out_channels

    @property
    def last_norm(self) -> nn.Module | None:
        """The norm whose scale at zero makes the block start as the identity, if one does."""
        return self.project.norm if self.skips else None

    def forward(self, x: Tensor) -> Tensor:
        inner = self.squeeze(self.depthwise(self.expand(x)))
        if self.skips:
            return add_branch(x, inner, self.project, self.drop, None)
        out: Tensor = self.project(inner)
        return out


class MobileResample(nn.Module):
    """Bring a parent to its child's level and channels (official `_resample_with_sepconv`).

    A depthwise 3x3/2 convolution for each octave down, or nearest neighbour up; then 1x1 to the
    child's channels, without activation. `steps` > 0 goes down by that many octaves, < 0 up.
    """

    expand_first = True  # see `blocks.Resample`

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        steps: int,
        normalization: str,
        activation: str,
    ) -> None:
        super().__init__()
        self.steps = steps
        self.down = nn.Sequential()
        for _ in range(steps):
            depthwise = Conv(in_channels, in_channels, 3, stride=2, groups=in_channels)
            self.down.append(ConvNorm(depthwise, normalization, activation))
        self.expand = ConvNorm(PointwiseConv(in_channels, out_channels), normalization, None)

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        x = self.down(x)
        return expanded(x, self.expand, self.steps, size, self.expand_first)
