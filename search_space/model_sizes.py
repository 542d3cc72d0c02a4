"""The published networks at the sizes that they were published at.

Scales: SCALING_MAP of tensorflow/models official/vision/modeling/backbones/spinenet.py and
spinenet_mobile.py, arXiv 1912.05027 section 3.3. Heads: the configs of tensorflow/tpu
models/official/detection/configs/spinenet.
"""

from dataclasses import dataclass, field
from typing import Final

from search_space.architecture import Architecture
from search_space.errors import InvalidSpace
from search_space.number_checks import check_count
from search_space.published import R0_SP53, R23_SP30, SPINENET_49, SPINENET_MOBILE
from search_space.resnet_fpn import RESNET_DEPTHS, ResNetFpn
from search_space.scale import BackboneScale, HeadScale, MaskRCNNScale
from search_space.shown import shown

ACTIVATIONS: Final = ("relu", "swish")


@dataclass(frozen=True, slots=True)
class ModelSize:
    """A network with its widths, its RetinaNet and Mask R-CNN heads and its image size.

    A ResNet-FPN holds its widths itself: `backbone` is of no effect on it. The activation is that
    of its config in tensorflow/tpu; all were trained with swish as well (MODEL_ZOO). Raises
    InvalidSpace.
    """

    architecture: Architecture | ResNetFpn
    backbone: BackboneScale = field(default_factory=BackboneScale)
    head: HeadScale = field(default_factory=HeadScale)
    image_size: int = 640
    mask_rcnn: MaskRCNNScale = field(default_factory=MaskRCNNScale)
    activation: str = "relu"  # or swish

    def __post_init__(self) -> None:
        for name, kinds in (
            ("architecture", (Architecture, ResNetFpn)),
            ("backbone", (BackboneScale,)),
            ("head", (HeadScale,)),
            ("mask_rcnn", (MaskRCNNScale,)),
        ):
            value = getattr(self, name)
            if not isinstance(value, kinds):
                wanted = " or ".join(kind.__name__ for kind in kinds)
                raise InvalidSpace(f"{name} {shown(value)}: its type is {wanted}")
        check_count("image_size", self.image_size, 1)
        if self.activation not in ACTIVATIONS:
            raise InvalidSpace(f"activation {shown(self.activation)}: give relu or swish")


def _mobile(filter_scale: float, filters: int, image_size: int) -> ModelSize:
    return ModelSize(
        SPINENET_MOBILE,
        BackboneScale(filter_scale, endpoint_filters=filters),
        HeadScale(filters=filters, separable=True),
        image_size,
        activation="swish",
    )


def _small(endpoint_filters: int) -> ModelSize:
    return ModelSize(
        SPINENET_49,
        BackboneScale(0.65, endpoint_filters=endpoint_filters),
        HeadScale(filters=128),
        mask_rcnn=MaskRCNNScale(rpn_filters=128, box_filters=128, box_hidden=512, mask_filters=128),
    )


_SPINENET_190_HEADS = MaskRCNNScale(
    rpn_convs=7,
    rpn_filters=384,
    box_convs=7,
    box_filters=384,
    mask_convs=7,
    mask_filters=384,
)

MODEL_SIZES: Final[dict[str, ModelSize]] = {
    "spinenet-49s": _small(128),
    # The published cost of 49S is that of 256 endpoint filters, which no released config has.
    "spinenet-49s-256": _small(256),
    "spinenet-49": ModelSize(SPINENET_49),
    "spinenet-96": ModelSize(SPINENET_49, BackboneScale(block_repeats=2), image_size=1024),
    "spinenet-143": ModelSize(
        SPINENET_49, BackboneScale(resample_alpha=1.0, block_repeats=3), image_size=1280
    ),
    "spinenet-143l": ModelSize(
        SPINENET_49, BackboneScale(1.3, resample_alpha=1.0, block_repeats=3), image_size=1280
    ),
    "spinenet-190": ModelSize(
        SPINENET_49,
        BackboneScale(1.3, resample_alpha=1.0, block_repeats=4, endpoint_filters=512),
        HeadScale(num_convs=7, filters=512),
        1280,
        _SPINENET_190_HEADS,
        "swish",
    ),
    "spinenet-mobile-49xs": _mobile(0.6, 24, 256),
    "spinenet-mobile-49s": _mobile(0.65, 40, 384),
    "spinenet-mobile-49": _mobile(1.0, 48, 384),
    "r0-sp53": ModelSize(R0_SP53),
    "r23-sp30": ModelSize(R23_SP30),
    "resnet-50-fpn": ModelSize(ResNetFpn(RESNET_DEPTHS[50])),
    "resnet-101-fpn": ModelSize(ResNetFpn(RESNET_DEPTHS[101]), image_size=1024),
    "resnet-152-fpn": ModelSize(ResNetFpn(RESNET_DEPTHS[152]), image_size=1280),
}
