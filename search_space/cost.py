"""Parameters and multiply-adds of a candidate, counted by the official rules without building it.

One multiply-add counts one; only convolutions have any (SpineNet-49 at 640: 85.28B of the
published 85.4B, whose profiler also counted norms). Parameters are the trainable ones: weights,
the heads' biases, and two per normalised channel.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from search_space.architecture import Architecture
from search_space.errors import InvalidSpace
from search_space.graph import Node, built_stem_blocks, resolve
from search_space.scale import BackboneScale, HeadScale

Size = tuple[int, int]  # height, width


@dataclass(frozen=True, slots=True)
class Cost:
    """Trainable parameters, and multiply-adds of one image's forward pass."""

    params: int
    madds: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.params + other.params, self.madds + other.madds)

    def __mul__(self, times: int) -> "Cost":
        return Cost(self.params * times, self.madds * times)


def backbone_cost(architecture: Architecture, scale: BackboneScale, image_size: int | Size) -> Cost:
    """Stem, live blocks with their resamples, and the endpoint convolutions.

    image_size: pixels, one side or (height, width). Raises InvalidSpace if below 1.
    """
    size = _image(image_size)
    nodes = resolve(architecture)
    stem_levels = architecture.stem_levels[: built_stem_blocks(architecture, nodes)]
    cost = _stem(stem_levels, scale, size)
    for node in nodes:
        if node.live:
            for parent in node.parents:
                cost += _resample(architecture, parent, node, scale, size)
            block = _block(node.level, node.block_fn, scale, size)
            cost += block * scale.block_repeats
            if node.is_output:
                channels = scale.channels(node.level, node.block_fn)
                endpoint = scale.feature_size(node.level, size)
                cost += _conv(1, channels, scale.endpoint_filters, endpoint)
    return cost


def retinanet_cost(
    architecture: Architecture, scale: BackboneScale, head: HeadScale, image_size: int | Size
) -> Cost:
    """The backbone with RetinaNet's heads: towers shared across levels, norms not shared."""
    size = _image(image_size)
    widths = [scale.endpoint_filters] + head.num_convs * [head.filters]
    towers = 1 if head.shared_tower else 2
    tower = towers * sum(9 * a * b for a, b in pairwise(widths))
    predicted = (head.num_classes + 4) * head.anchors_per_cell
    predictors = head.predictor_kernel**2 * widths[-1] * predicted
    levels = architecture.output_levels
    biases = towers * head.num_convs * head.filters + predicted
    norms = towers * head.num_convs * head.filters * 2 * len(levels)
    positions = sum(math.prod(scale.feature_size(level, size)) for level in levels)
    heads = Cost(tower + predictors + biases + norms, (tower + predictors) * positions)
    return backbone_cost(architecture, scale, size) + heads


def _image(image_size: int | Size) -> Size:
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if len(size) != 2 or min(size) < 1:
        raise InvalidSpace(f"image size {image_size!r}: give pixels, one side or (height, width)")
    return size


def _conv(kernel: int, channels_in: int, channels_out: int, size_out: Size) -> Cost:
    """A convolution without bias and the norm after it."""
    weights = kernel * kernel * channels_in * channels_out
    return Cost(weights + 2 * channels_out, weights * size_out[0] * size_out[1])


def _block(level: int, block_fn: str, scale: BackboneScale, image: Size) -> Cost:
    """A block at stride 1 whose input already has its output's channels."""
    width, channels = scale.filters(level), scale.channels(level, block_fn)
    size = scale.feature_size(level, image)
    if block_fn == "residual":
        return _conv(3, width, width, size) * 2
    return (
        _conv(1, channels, width, size)
        + _conv(3, width, width, size)
        + _conv(1, width, channels, size)
    )


def _resample(
    architecture: Architecture, parent: int, node: Node, scale: BackboneScale, image: Size
) -> Cost:
    """1x1, then one 3x3/2 if the target is smaller (pools and upsampling are free), then 1x1."""
    level = architecture.feature_level(parent)
    channels = scale.channels(level, architecture.feature_block_fn(parent))
    width = scale.resample_filters(level)
    cost = _conv(1, channels, width, scale.feature_size(level, image))
    if node.level > level:
        cost += _conv(3, width, width, scale.feature_size(level + 1, image))
    target = scale.channels(node.level, node.block_fn)
    return cost + _conv(1, width, target, scale.feature_size(node.level, image))


def _stem(levels: tuple[int, ...], scale: BackboneScale, image: Size) -> Cost:
    """7x7/2 convolution and the chain of bottlenecks; a rise in level is a stride on the 3x3."""
    cost = _conv(7, 3, scale.stem_filters, (-(-image[0] // 2), -(-image[1] // 2)))
    before, channels_before = levels[0] if levels else 0, scale.stem_filters
    for level in levels:
        width, channels = scale.filters(level), scale.channels(level, "bottleneck")
        size = scale.feature_size(level, image)
        cost += _conv(1, channels_before, width, scale.feature_size(before, image))
        cost += _conv(3, width, width, size) + _conv(1, width, channels, size)
        if channels != channels_before or level != before:
            cost += _conv(1, channels_before, channels, size)
        cost += _block(level, "bottleneck", scale, image) * (scale.block_repeats - 1)
        before, channels_before = level, channels
    return cost
