"""What each part of a backbone costs at one scale and image size, by the official rules."""

from functools import lru_cache

from search_space.conv_cost import Cost, Size, conv_norm, depthwise_norm, linear
from search_space.scale import MBCONV_EXPANSION, BackboneScale

Shape = tuple[int, str]  # level and type of a feature


class BlockCosts:
    """Costs of stems, resamples, blocks and endpoints; each is counted once and remembered."""

    def __init__(self, scale: BackboneScale, image: Size) -> None:
        self.scale, self.image = scale, image
        self._stems: dict[tuple[tuple[int, ...], str], Cost] = {}
        self._blocks: dict[Shape, Cost] = {}
        self._resamples: dict[tuple[Shape, Shape], Cost] = {}
        self._endpoints: dict[Shape, Cost] = {}

    def stem(self, levels: tuple[int, ...], block_fn: str) -> Cost:
        """The first convolution and the chain of blocks at these levels."""
        found = self._stems.get((levels, block_fn))
        if found is None:
            count = self._mobile_stem if block_fn == "mbconv" else self._regular_stem
            found = self._stems[levels, block_fn] = count(levels)
        return found

    def block(self, shape: Shape) -> Cost:
        """All repeats of a block at stride 1 whose input has its output's channels."""
        found = self._blocks.get(shape)
        if found is None:
            found = self._blocks[shape] = self._block(*shape) * self.scale.block_repeats
        return found

    def resample(self, parent: Shape, target: Shape) -> Cost:
        """Bringing a parent to its child's level and channels; pools and upsampling are free."""
        found = self._resamples.get((parent, target))
        if found is None:
            mobile = target[1] == "mbconv"
            count = self._mobile_resample if mobile else self._regular_resample
            found = self._resamples[parent, target] = count(parent, target)
        return found

    def endpoint(self, shape: Shape) -> Cost:
        """The 1x1 convolution that makes a level's map."""
        found = self._endpoints.get(shape)
        if found is None:
            channels, filters = self.scale.channels(*shape), self.scale.endpoint_filters
            found = self._endpoints[shape] = conv_norm(1, channels, filters, self._size(shape[0]))
        return found

    def _size(self, level: int) -> Size:
        return self.scale.feature_size(level, self.image)

    def _block(self, level: int, block_fn: str) -> Cost:
        width, channels = self.scale.filters(level), self.scale.channels(level, block_fn)
        size = self._size(level)
        if block_fn == "mbconv":
            return self._mbconv(channels, channels, size, size)
        if block_fn == "residual":
            return conv_norm(3, width, width, size) * 2
        return (
            conv_norm(1, channels, width, size)
            + conv_norm(3, width, width, size)
            + conv_norm(1, width, channels, size)
        )

    def _regular_resample(self, parent: Shape, target: Shape) -> Cost:
        """1x1, one 3x3/2 if the target is smaller, 1x1."""
        level = parent[0]
        width = self.scale.resample_filters(level)
        cost = conv_norm(1, self.scale.channels(*parent), width, self._size(level))
        if target[0] > level:
            cost += conv_norm(3, width, width, self._size(level + 1))
        return cost + conv_norm(1, width, self.scale.channels(*target), self._size(target[0]))

    def _mobile_resample(self, parent: Shape, target: Shape) -> Cost:
        """A depthwise 3x3/2 for each octave down, then 1x1."""
        channels = self.scale.channels(*parent)
        down = (
            depthwise_norm(3, channels, self._size(level))
            for level in range(parent[0] + 1, target[0] + 1)
        )
        last = conv_norm(1, channels, self.scale.channels(*target), self._size(target[0]))
        return sum(down, last)

    def _regular_stem(self, levels: tuple[int, ...]) -> Cost:
        """7x7/2 convolution and bottlenecks; a rise in level is a stride on the 3x3."""
        scale = self.scale
        half = (-(-self.image[0] // 2), -(-self.image[1] // 2))
        cost = conv_norm(7, 3, scale.stem_filters, half)
        before, channels_before = levels[0] if levels else 0, scale.stem_filters
        for level in levels:
            width, channels = scale.filters(level), scale.channels(level, "bottleneck")
            size = self._size(level)
            cost += conv_norm(1, channels_before, width, self._size(before))
            cost += conv_norm(3, width, width, size) + conv_norm(1, width, channels, size)
            if channels != channels_before or level != before:
                cost += conv_norm(1, channels_before, channels, size)
            cost += self._block(level, "bottleneck") * (scale.block_repeats - 1)
            before, channels_before = level, channels
        return cost

    def _mobile_stem(self, levels: tuple[int, ...]) -> Cost:
        """3x3 convolution to level 1 and MBConv blocks; a rise in level is a stride."""
        channels_before, before = self.scale.channels(0, "mbconv"), 1
        cost = conv_norm(3, 3, channels_before, self._size(before))
        for level in levels:
            channels = self.scale.channels(level, "mbconv")
            cost += self._mbconv(channels_before, channels, self._size(before), self._size(level))
            cost += self._block(level, "mbconv") * (self.scale.block_repeats - 1)
            channels_before, before = channels, level
        return cost

    def _mbconv(self, channels_in: int, channels_out: int, size_in: Size, size_out: Size) -> Cost:
        """1x1 expansion, depthwise 3x3, squeeze and excitation, 1x1 projection."""
        width = channels_in * MBCONV_EXPANSION
        squeezed = self.scale.squeezed_filters(channels_in)
        return (
            conv_norm(1, channels_in, width, size_in)
            + depthwise_norm(3, width, size_out)
            + linear(width, squeezed)
            + linear(squeezed, width)
            + conv_norm(1, width, channels_out, size_out)
        )


@lru_cache(maxsize=64)
def block_costs(scale: BackboneScale, image: Size) -> BlockCosts:
    """The costs at a scale and image size, shared by all architectures."""
    return BlockCosts(scale, image)
