"""The scale-decreasing start of a network. Each stem gives the output of every block of its chain;
features 0 and 1 are those of the last two.
"""

from torch import Tensor, nn

from proxy_tasks.blocks import Bottleneck
from proxy_tasks.layers import Conv, ConvNorm, max_pool
from proxy_tasks.mbconv import MBConv
from search_space.architecture import MOBILE_STEM_LEVEL, STEM_LEVEL
from search_space.scale import BackboneScale


class Stem(nn.Module):
    """7x7/2 convolution, max pool (at stride 4), then a chain of bottlenecks.

    The width scale does not multiply the convolution's `stem_filters` (64 in the paper).
    """

    def __init__(
        self, levels: tuple[int, ...], scale: BackboneScale, normalization: str, activation: str
    ) -> None:
        super().__init__()
        self.pooled = scale.stem_stride == 4
        self.conv = ConvNorm(Conv(3, scale.stem_filters, 7, stride=2), normalization, activation)
        channels, level = scale.stem_filters, STEM_LEVEL
        self.blocks = nn.ModuleList()
        for target in levels:
            width = scale.filters(target)
            stride = 2 ** (target - level)
            blocks = [Bottleneck(channels, width, normalization, activation, stride=stride)]
            channels = scale.channels(target, "bottleneck")
            for _ in range(scale.block_repeats - 1):
                blocks.append(Bottleneck(channels, width, normalization, activation))
            self.blocks.append(nn.Sequential(*blocks))
            level = target

    def forward(self, images: Tensor) -> list[Tensor]:
        x = self.conv(images)
        if self.pooled:
            x = max_pool(x)
        return _chain(self.blocks, x)


class MobileStem(nn.Module):
    """3x3 convolution of stride 2 (1 at `stem_stride` 2), then a chain of MBConv blocks."""

    def __init__(
        self, levels: tuple[int, ...], scale: BackboneScale, normalization: str, activation: str
    ) -> None:
        super().__init__()
        channels, level = scale.channels(0, "mbconv"), MOBILE_STEM_LEVEL
        conv = Conv(3, channels, 3, stride=scale.stem_stride // 2)
        self.conv = ConvNorm(conv, normalization, activation)
        self.blocks = nn.ModuleList()
        for target in levels:
            group = nn.Sequential()
            for repeat in range(scale.block_repeats):
                before, channels = channels, scale.channels(target, "mbconv")
                group.append(
                    MBConv(
                        before,
                        channels,
                        scale.squeezed_filters(before),
                        normalization,
                        activation,
                        stride=2 ** (target - level),
                        hard_gate=repeat == 0,
                    )
                )
                level = target
            self.blocks.append(group)

    def forward(self, images: Tensor) -> list[Tensor]:
        return _chain(self.blocks, self.conv(images))


def _chain(blocks: nn.ModuleList, x: Tensor) -> list[Tensor]:
    features = []
    for block in blocks:
        x = block(x)
        features.append(x)
    return features
