"""What a published network costs, whole or in part, and what was published."""

from dataclasses import dataclass
from typing import Final

from search_space.conv_cost import Cost, Size, image_shape
from search_space.cost import backbone_cost
from search_space.errors import InvalidSpace
from search_space.head_cost import classifier_head_cost, mask_rcnn_head_cost, retinanet_head_cost
from search_space.model_sizes import ModelSize
from search_space.resnet_fpn import ResNetFpn, resnet_fpn_cost
from search_space.shown import shown

NETWORKS: Final = ("backbone", "retinanet", "mask-rcnn", "classifier")
IMAGENET_CLASSES = 1000


def network_cost(model: ModelSize, network: str, image_size: int | Size) -> Cost:
    """One of `NETWORKS` on the model's backbone. image_size: pixels, a side or (height, width).

    Raises InvalidSpace.
    """
    if not isinstance(network, str) or network not in NETWORKS:
        raise InvalidSpace(f"network {shown(network)}: a network is one of {', '.join(NETWORKS)}")
    image = image_shape(image_size)
    backbone, channels, maps = _backbone(model, image)
    if network == "retinanet":
        return backbone + retinanet_head_cost(model.head, channels, maps)
    if network == "mask-rcnn":
        return backbone + mask_rcnn_head_cost(model.mask_rcnn, channels, maps)
    if network == "classifier":
        return backbone + classifier_head_cost(channels, IMAGENET_CLASSES)
    return backbone


def _backbone(model: ModelSize, image: Size) -> tuple[Cost, int, list[Size]]:
    """Its cost, and the channels and sizes of its maps."""
    body = model.architecture
    if isinstance(body, ResNetFpn):
        maps = [body.feature_size(level, image) for level in body.levels]
        return resnet_fpn_cost(body, image), body.fpn_filters, maps
    maps = [model.backbone.feature_size(level, image) for level in body.output_levels]
    cost = backbone_cost(body, model.backbone, image)
    return cost, model.backbone.endpoint_filters, maps


@dataclass(frozen=True, slots=True)
class PublishedCost:
    """A published figure, as exact as it was printed; `model` is a name of MODEL_SIZES."""

    model: str
    network: str
    image_size: int
    params: int | None
    madds: int
    source: str


def _rows(
    network: str, source: str, *rows: tuple[str, int, float | None, float]
) -> list[PublishedCost]:
    """Rows of (model, image size, parameters in millions, multiply-adds in billions)."""
    return [
        PublishedCost(
            model,
            network,
            pixels,
            None if params is None else round(params * 1e6),
            round(madds * 1e9),
            source,
        )
        for model, pixels, params, madds in rows
    ]


PUBLISHED_COSTS: Final = (
    *_rows(
        "retinanet",
        "tensorflow/tpu MODEL_ZOO",
        ("spinenet-49s", 640, 11.9, 33.8),
        ("spinenet-49s-256", 640, 11.9, 33.8),
        ("spinenet-49", 640, 28.5, 85.4),
        ("spinenet-96", 1024, 43.0, 265.4),
        ("spinenet-143", 1280, 67.0, 524.0),
        ("spinenet-190", 1280, 163.6, 1885.0),
    ),
    *_rows("retinanet", "arXiv 1912.05027 table 2", ("spinenet-49", 896, 28.5, 167.4)),
    *_rows("retinanet", "tensorflow/models MODEL_GARDEN", ("spinenet-mobile-49", 384, 2.32, 1.0)),
    *_rows("retinanet", "tensorflow/tpu MODEL_ZOO", ("spinenet-mobile-49", 384, 2.34, 1.0)),
    *_rows(
        "retinanet",
        "arXiv 1912.05027 table 9",
        ("spinenet-mobile-49s", 384, 0.97, 0.52),
        ("spinenet-mobile-49xs", 256, 0.82, 0.17),
    ),
    *_rows(
        "retinanet",
        "arXiv 1912.05027 table 3",
        ("r0-sp53", 640, None, 95.2),
        ("r23-sp30", 640, None, 96.5),
    ),
    *_rows(
        "retinanet",
        "arXiv 1912.05027 table 2",
        ("resnet-50-fpn", 640, 34.0, 96.8),
        ("resnet-101-fpn", 1024, 53.1, 325.9),
        ("resnet-152-fpn", 1280, 68.7, 630.5),
    ),
    *_rows(
        "mask-rcnn",
        "arXiv 1912.05027 table 5",
        ("spinenet-49s", 640, 13.9, 60.2),
        ("spinenet-49", 640, 40.8, 216.1),
        ("spinenet-96", 1024, 55.2, 315.0),
        ("spinenet-143", 1280, 79.2, 498.8),
        ("spinenet-190", 1536, 176.2, 2076.8),
        ("resnet-50-fpn", 640, 46.3, 227.7),
        ("resnet-101-fpn", 1024, 65.3, 375.5),
        ("resnet-152-fpn", 1280, 80.9, 605.3),
    ),
    *_rows(
        "classifier",
        "arXiv 1912.05027 tables 6 and 10",
        ("spinenet-49", 224, 22.1, 3.5),
        ("spinenet-96", 224, 36.5, 5.7),
        ("spinenet-143", 224, 60.5, 9.1),
        ("spinenet-190", 224, 127.1, 19.1),
    ),
)
