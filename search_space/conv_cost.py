"""Parameters and multiply-adds, and what one convolution has of them.

One multiply-add counts one; only convolutions and linear layers have any. Parameters are the
trainable ones: weights, biases, and two per normalised channel.
"""

from dataclasses import dataclass

from search_space.errors import InvalidSpace
from search_space.number_checks import MOST
from search_space.shown import shown

Size = tuple[int, int]  # height, width


@dataclass(frozen=True, slots=True)
class Cost:
    """Trainable parameters, and multiply-adds of one image's forward pass.

    `norms` are the numbers that normalisations put out. They are no multiply-adds here, but the
    profiler behind the published figures counted one for each.
    """

    params: int
    madds: int
    norms: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.params + other.params, self.madds + other.madds, self.norms + other.norms)

    def __mul__(self, times: int) -> "Cost":
        return Cost(self.params * times, self.madds * times, self.norms * times)


def conv_norm(kernel: int, channels_in: int, channels_out: int, size_out: Size) -> Cost:
    """A convolution without bias and the norm after it."""
    weights = kernel * kernel * channels_in * channels_out
    cells = size_out[0] * size_out[1]
    return Cost(weights + 2 * channels_out, weights * cells, channels_out * cells)


def depthwise_norm(kernel: int, channels: int, size_out: Size) -> Cost:
    """A depthwise convolution without bias and the norm after it."""
    weights = kernel * kernel * channels
    cells = size_out[0] * size_out[1]
    return Cost(weights + 2 * channels, weights * cells, channels * cells)


def linear(channels_in: int, channels_out: int) -> Cost:
    """A linear layer with bias, or a 1x1 convolution of one position."""
    weights = channels_in * channels_out
    return Cost(weights + channels_out, weights)


def image_shape(image_size: int | Size) -> Size:
    """Height and width of an image given as one side or both, 1 to MOST. Raises InvalidSpace."""
    sides = image_size if isinstance(image_size, tuple | list) else (image_size, image_size)
    if len(sides) != 2 or not all(type(side) is int and 1 <= side <= MOST for side in sides):
        raise InvalidSpace(
            f"image size {shown(image_size)}: give pixels, one side or (height, width), 1 to {MOST}"
        )
    return sides[0], sides[1]
