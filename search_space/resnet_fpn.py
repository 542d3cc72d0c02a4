"""ResNet with a feature pyramid: the scale-decreased baseline of the paper, in the same terms."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from search_space.conv_cost import Cost, Size, conv_norm, image_shape
from search_space.errors import InvalidSpace
from search_space.number_checks import MOST_SCALE, check_count, check_scale, check_stem_stride
from search_space.scale import BOTTLENECK_EXPANSION, BackboneScale
from search_space.shown import shown

# Blocks of the stages C2, C3, C4 and C5 by the network's name (arXiv 1512.03385 table 1).
RESNET_DEPTHS: Final = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
STAGE_LEVELS = (2, 3, 4, 5)
BASE_STAGE_FILTERS = 64  # 3x3 width of C2; it doubles from stage to stage
MAX_PYRAMID_LEVEL = 7


@dataclass(frozen=True, slots=True)
class ResNetFpn:
    """A ResNet of bottlenecks and the pyramid P`min_level` .. P`max_level` on it.

    Sizes follow tensorflow/tpu models/official/detection modeling/architecture resnet.py and
    fpn.py; `filter_scale` is ours, to train a narrow one, and truncates as `BackboneScale` does.
    Raises InvalidSpace.
    """

    depths: tuple[int, int, int, int] = (3, 4, 6, 3)  # blocks of the stages C2 .. C5
    filter_scale: float = 1.0  # multiplies the stages' widths, not the stem's or the pyramid's
    fpn_filters: int = 256
    stem_filters: int = 64
    stem_stride: int = 4  # 2 leaves the pool out: level l then has stride 2**(l - 1)
    min_level: int = 3
    max_level: int = 7

    def __post_init__(self) -> None:
        if type(self.depths) is not tuple or len(self.depths) != len(STAGE_LEVELS):
            raise InvalidSpace(
                f"depths {shown(self.depths)}: give the blocks of C2, C3, C4 and C5 in a tuple"
            )
        for depth in self.depths:
            check_count("depths", depth, 1)
        for name in ("fpn_filters", "stem_filters", "min_level", "max_level"):
            check_count(name, getattr(self, name), 1)
        check_scale("filter_scale", self.filter_scale)
        if self.filters(STAGE_LEVELS[0]) < 1:
            raise InvalidSpace(
                f"filter_scale {self.filter_scale!r}: a scale is at least 1/{BASE_STAGE_FILTERS},"
                f" at most {MOST_SCALE}"
            )
        check_stem_stride(self.stem_stride)
        if not (self.min_level in STAGE_LEVELS and 5 <= self.max_level <= MAX_PYRAMID_LEVEL):
            raise InvalidSpace(
                f"min_level {self.min_level}, max_level {self.max_level}: a pyramid begins at level"
                f" 2 to 5 and ends at level 5 to {MAX_PYRAMID_LEVEL}"
            )

    def at(self, scale: BackboneScale) -> "ResNetFpn":
        """The same depths and levels at the widths and stem of a SpineNet's scale."""
        return replace(
            self,
            filter_scale=scale.filter_scale,
            fpn_filters=scale.endpoint_filters,
            stem_filters=scale.stem_filters,
            stem_stride=scale.stem_stride,
        )

    @property
    def levels(self) -> list[int]:
        """Levels of the pyramid's maps."""
        return list(range(self.min_level, self.max_level + 1))

    def filters(self, level: int) -> int:
        """3x3 width C of the stage at this level; a block's output has 4C channels."""
        return int(BASE_STAGE_FILTERS * 2 ** (level - STAGE_LEVELS[0]) * self.filter_scale)

    def channels(self, level: int) -> int:
        """Channels of the stage's output."""
        return self.filters(level) * BOTTLENECK_EXPANSION

    def feature_size(self, level: int, image_size: Size) -> Size:
        """Height and width of a map at this level: the image's, halved and rounded up."""
        stride = 2**level * self.stem_stride // 4
        return -(-image_size[0] // stride), -(-image_size[1] // stride)


def resnet_fpn_cost(spec: ResNetFpn, image_size: int | Size) -> Cost:
    """Stem, stages and pyramid; image_size: pixels, one side or (height, width).

    ResNet-50-FPN has 27.379M parameters, and 39.86B multiply-adds at 640 px. Raises InvalidSpace
    if the image is empty.
    """
    image = image_shape(image_size)
    return sum((*_stage_costs(spec, image), *_pyramid_costs(spec, image)), Cost(0, 0))


def _stage_costs(spec: ResNetFpn, image: Size) -> Iterator[Cost]:
    """7x7/2 convolution, then bottlenecks; a stage's first has its stride on the 3x3."""
    yield conv_norm(7, 3, spec.stem_filters, (-(-image[0] // 2), -(-image[1] // 2)))
    before, size_before = spec.stem_filters, spec.feature_size(STAGE_LEVELS[0], image)
    for level, depth in zip(STAGE_LEVELS, spec.depths, strict=True):
        width, channels = spec.filters(level), spec.channels(level)
        size = spec.feature_size(level, image)
        inner = conv_norm(3, width, width, size) + conv_norm(1, width, channels, size)
        yield conv_norm(1, before, width, size_before) + inner
        if before != channels or level > STAGE_LEVELS[0]:
            yield conv_norm(1, before, channels, size)
        yield (conv_norm(1, channels, width, size) + inner) * (depth - 1)
        before, size_before = channels, size


def _pyramid_costs(spec: ResNetFpn, image: Size) -> Iterator[Cost]:
    """1x1 laterals, a 3x3 and a norm for every map; all convolutions have biases."""
    filters = spec.fpn_filters
    for level in spec.levels:
        height, width = spec.feature_size(level, image)
        if level in STAGE_LEVELS:
            lateral = spec.channels(level) * filters
            yield Cost(lateral + filters, lateral * height * width)
        yield conv_norm(3, filters, filters, (height, width)) + Cost(filters, 0)
