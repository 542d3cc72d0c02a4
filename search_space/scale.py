"""How wide and deep a backbone and its heads are built: sizes that the search does not decide."""

from dataclasses import dataclass

from search_space.block import MAX_LEVEL, MIN_LEVEL
from search_space.errors import InvalidSpace
from search_space.number_checks import check_count, check_flag, check_scale, check_stem_stride

# 3x3 width C of a block by level, before the filter scale (FILTER_SIZE_MAP, official code).
BASE_FILTERS = {1: 32, 2: 64, 3: 128, 4: 256, 5: 256, 6: 256, 7: 256}
BOTTLENECK_EXPANSION = 4
# Of SpineNet-Mobile (official spinenet_mobile): channels by level, 0 for the stem's convolution; an
# MBConv block widens its input sixfold and squeezes to a fifth of its input's channels.
MBCONV_FILTERS = {0: 8, 1: 16, 2: 24, 3: 40, 4: 80, 5: 112, 6: 112, 7: 112}
MBCONV_EXPANSION, SQUEEZE_RATIO = 6, 0.2


@dataclass(frozen=True, slots=True)
class BackboneScale:
    """Widths, repeats and stem of a backbone. Raises InvalidSpace.

    The defaults are SpineNet-49's; arXiv 1912.05027 section 3.3 and the official SCALING_MAP
    hold the others.
    """

    filter_scale: float = 1.0  # multiplies every block's width, not the stem convolution's
    resample_alpha: float = 0.5  # width inside a resample, as a share of the parent's width C
    block_repeats: int = 1  # of every block, the stem's too
    endpoint_filters: int = 256
    stem_filters: int = 64
    stem_stride: int = 4  # 2 leaves the pool out: level l then has stride 2**(l - 1)

    def __post_init__(self) -> None:
        for name in ("filter_scale", "resample_alpha"):
            check_scale(name, getattr(self, name))
        for name in ("block_repeats", "endpoint_filters", "stem_filters"):
            check_count(name, getattr(self, name), 1)
        check_stem_stride(self.stem_stride)
        if self.resample_filters(MIN_LEVEL) < 1:
            raise InvalidSpace(
                f"filter_scale {self.filter_scale} with resample_alpha {self.resample_alpha} leaves"
                f" no channel in a resample from level {MIN_LEVEL}: raise one of them"
            )

    def filters(self, level: int) -> int:
        """Width C of the 3x3 convolutions of a block at this level, truncated as officially."""
        return int(BASE_FILTERS[level] * self.filter_scale)

    def channels(self, level: int, block_fn: str) -> int:
        """Output (and input) channels: 4C of a bottleneck, C of a residual block.

        An MBConv block has channels of its own; its level 0 is the mobile stem's convolution.
        Raises InvalidSpace where the filter scale leaves none.
        """
        if block_fn == "mbconv":
            if channels := int(MBCONV_FILTERS[level] * self.filter_scale):
                return channels
            raise InvalidSpace(
                f"filter_scale {self.filter_scale} leaves no channel in an MBConv network, whose "
                f"stem has {MBCONV_FILTERS[0]}: give at least {1 / MBCONV_FILTERS[0]}"
            )
        expansion = BOTTLENECK_EXPANSION if block_fn == "bottleneck" else 1
        return expansion * self.filters(level)

    def squeezed_filters(self, channels: int) -> int:
        """Width inside the squeeze and excitation of an MBConv block of so many input channels."""
        return max(1, int(channels * SQUEEZE_RATIO))

    def resample_filters(self, parent_level: int) -> int:
        """Width inside the resample of a parent at this level, whatever the parent's type."""
        return int(self.filters(parent_level) * self.resample_alpha)

    def feature_size(self, level: int, image_size: tuple[int, int]) -> tuple[int, int]:
        """Height and width of a feature at this level: the image's, halved and rounded up."""
        stride = 2**level * self.stem_stride // 4
        return -(-image_size[0] // stride), -(-image_size[1] // stride)


@dataclass(frozen=True, slots=True)
class HeadScale:
    """RetinaNet's class and box heads, shared by all output levels. Raises InvalidSpace."""

    num_convs: int = 4
    filters: int = 256
    num_classes: int = 91  # COCO's largest category id + 1: the background of official configs
    anchors_per_cell: int = 9
    predictor_kernel: int = 3
    shared_tower: bool = False  # one tower feeds both predictors
    separable: bool = False  # depthwise, then 1x1, in place of every 3x3 (SpineNet-Mobile)

    def __post_init__(self) -> None:
        check_count("num_convs", self.num_convs, 0)
        for name in ("filters", "num_classes", "anchors_per_cell", "predictor_kernel"):
            check_count(name, getattr(self, name), 1)
        if self.predictor_kernel % 2 == 0:
            raise InvalidSpace(f"predictor_kernel {self.predictor_kernel}: a kernel is odd")
        for name in ("shared_tower", "separable"):
            check_flag(name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class MaskRCNNScale:
    """The heads of Mask R-CNN; defaults are SpineNet-49's (arXiv 1912.05027 section 5.2).

    Raises InvalidSpace.
    """

    rpn_convs: int = 1
    rpn_filters: int = 256
    anchors_per_cell: int = 3  # of the region proposal network
    box_convs: int = 4
    box_filters: int = 256
    box_hidden: int = 1024
    mask_convs: int = 4
    mask_filters: int = 256
    num_classes: int = 91  # with the background
    proposals: int = 1000  # an image, of which the box head sees each
    masks: int = 100  # an image: the detections that are kept

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            least = 0 if name.endswith("_convs") else 1
            check_count(name, getattr(self, name), least)


assert set(BASE_FILTERS) == set(range(MIN_LEVEL, MAX_LEVEL + 1))
