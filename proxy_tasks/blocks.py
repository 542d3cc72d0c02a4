"""The official blocks, and the resampling of a parent to its child's shape."""

from torch import Tensor, nn

from proxy_tasks.layers import (
    ACTIVATIONS,
    Conv,
    ConvNorm,
    PointwiseConv,
    add_branch,
    max_pool,
    resize_nearest,
)
from proxy_tasks.stochastic_depth import StochasticDepth
from search_space.scale import BOTTLENECK_EXPANSION


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 with the activation after the sum (post-activation ResNet block).

    The shortcut is projected only where channels or size change.
    """

    def __init__(
        self,
        in_channels: int,
        width: int,
        normalization: str,
        activation: str,
        *,
        stride: int = 1,
        drop_rate: float = 0.0,
    ) -> None:
        super().__init__()
        out_channels = width * BOTTLENECK_EXPANSION
        self.shortcut: ConvNorm | None = None
        if stride > 1:
            strided = Conv(in_channels, out_channels, 1, stride=stride)
            self.shortcut = ConvNorm(strided, normalization, None)
        elif in_channels != out_channels:
            self.shortcut = ConvNorm(PointwiseConv(in_channels, out_channels), normalization, None)
        self.conv1 = ConvNorm(PointwiseConv(in_channels, width), normalization, activation)
        self.conv2 = ConvNorm(Conv(width, width, 3, stride=stride), normalization, activation)
        self.conv3 = ConvNorm(PointwiseConv(width, out_channels), normalization, None)
        self.drop = StochasticDepth(drop_rate)
        self.activation = ACTIVATIONS[activation]

    @property
    def last_norm(self) -> nn.Module:
        """The norm whose scale at zero makes the block start as the identity."""
        return self.conv3.norm

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.shortcut is None else self.shortcut(x)
        x = self.conv2(self.conv1(x))
        return add_branch(shortcut, x, self.conv3, self.drop, self.activation)


class Residual(nn.Module):
    """3x3, 3x3 with the activation after the sum. Resampling has made the channels equal."""

    def __init__(
        self, width: int, normalization: str, activation: str, *, drop_rate: float = 0.0
    ) -> None:
        super().__init__()
        self.conv1 = ConvNorm(Conv(width, width, 3), normalization, activation)
        self.conv2 = ConvNorm(Conv(width, width, 3), normalization, None)
        self.drop = StochasticDepth(drop_rate)
        self.activation = ACTIVATIONS[activation]

    @property
    def last_norm(self) -> nn.Module:
        """The norm whose scale at zero makes the block start as the identity."""
        return self.conv2.norm

    def forward(self, x: Tensor) -> Tensor:
        return add_branch(x, self.conv1(x), self.conv2, self.drop, self.activation)


class Resample(nn.Module):
    """Bring a parent to its child's level and channels (official `_resample_with_alpha`).

    1x1 to `mid` channels; then one 3x3/2 convolution and 3x3/2 max pools down, or nearest
    neighbour up; then 1x1 to the child's channels, without activation. All of it runs even where
    nothing changes size. `steps` > 0 goes down by that many octaves, < 0 goes up.

    Nearest neighbour copies cells and a 1x1 convolution treats each alone, so the last convolution
    runs before the copying: the same map, and the same statistics for its norm, as every cell is
    repeated equally often. The copying is left to the sum of the parents (`layers.add_maps`): the
    map returned may be smaller than `size`. `expand_first = False` keeps the official order.
    """

    expand_first = True

    def __init__(
        self,
        in_channels: int,
        mid_channels: int,
        out_channels: int,
        steps: int,
        normalization: str,
        activation: str,
    ) -> None:
        super().__init__()
        self.steps = steps
        self.reduce = ConvNorm(PointwiseConv(in_channels, mid_channels), normalization, activation)
        self.down: ConvNorm | None = None
        if steps > 0:
            conv = Conv(mid_channels, mid_channels, 3, stride=2)
            self.down = ConvNorm(conv, normalization, activation)
        self.expand = ConvNorm(PointwiseConv(mid_channels, out_channels), normalization, None)

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        x = self.reduce(x)
        if self.down is not None:
            x = self.down(x)
            for _ in range(self.steps - 1):
                x = max_pool(x)
        return expanded(x, self.expand, self.steps, size, self.expand_first)


def expanded(
    x: Tensor, expand: ConvNorm, steps: int, size: tuple[int, int], expand_first: bool
) -> Tensor:
    """Through the last 1x1, and up by `-steps` octaves where steps < 0 and a sum cannot do that.

    Cropping drops cells, and with them the equal statistics: there the official order stays.
    """
    if steps < 0:
        factor = 2**-steps
        cropped = (x.shape[1] * factor, x.shape[2] * factor) != size
        if cropped or not expand_first:
            x = resize_nearest(x, factor, *size)
    out: Tensor = expand(x)
    return out
