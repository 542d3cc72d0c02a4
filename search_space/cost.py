"""What a candidate costs, counted by the official rules without building it.

SpineNet-49's RetinaNet at 640 px comes to 85.28B multiply-adds of the published 85.4B, whose
profiler also counted norms.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from search_space.architecture import Architecture
from search_space.block_cost import block_costs
from search_space.conv_cost import Cost, Size, image_shape
from search_space.graph import built_stem_blocks, resolve
from search_space.head_cost import classifier_head_cost, mask_rcnn_head_cost, retinanet_head_cost
from search_space.scale import BackboneScale, HeadScale, MaskRCNNScale


def backbone_cost(
    architecture: Architecture,
    scale: BackboneScale,
    image_size: int | Size,
    *,
    levels: Sequence[int] | None = None,
) -> Cost:
    """Stem, live blocks with their resamples, and the endpoint convolutions.

    image_size: pixels, one side or (height, width). levels: those with an endpoint; without, the
    output levels. Raises InvalidSpace if the image is empty.
    """
    costs = block_costs(scale, image_shape(image_size))
    nodes = resolve(architecture, levels)
    shapes = [(architecture.feature_level(f), architecture.stem_block_fn) for f in (0, 1)]
    shapes += [(node.level, node.block_fn) for node in nodes]
    built = architecture.stem_levels[: built_stem_blocks(architecture, nodes)]
    parts = [costs.stem(built, architecture.stem_block_fn)]
    for node in nodes:
        if node.live:
            shape = shapes[node.feature]
            parts += [costs.resample(shapes[parent], shape) for parent in node.parents]
            parts.append(costs.block(shape))
            if node.is_output:
                parts.append(costs.endpoint(shape))
    return Cost(
        sum([part.params for part in parts]),
        sum([part.madds for part in parts]),
        sum([part.norms for part in parts]),
    )


def backbone_costs(
    architectures: Iterable[Architecture], scale: BackboneScale, image_size: int | Size
) -> NDArray[np.int64]:
    """Parameters and multiply-adds of many backbones, `[n, 2]`; the heads cost all of them alike.

    20,000 a second on one core (benchmarks/space.py).
    """
    found = (backbone_cost(architecture, scale, image_size) for architecture in architectures)
    return np.array([(cost.params, cost.madds) for cost in found], np.int64).reshape(-1, 2)


def retinanet_cost(
    architecture: Architecture, scale: BackboneScale, head: HeadScale, image_size: int | Size
) -> Cost:
    """The backbone with RetinaNet's heads: towers shared across levels, norms not shared."""
    maps = _maps(architecture, scale, image_size)
    backbone = backbone_cost(architecture, scale, image_size)
    return backbone + retinanet_head_cost(head, scale.endpoint_filters, maps)


def mask_rcnn_cost(
    architecture: Architecture, scale: BackboneScale, heads: MaskRCNNScale, image_size: int | Size
) -> Cost:
    """The backbone with Mask R-CNN's: region proposals, boxes of `proposals`, masks of `masks`."""
    maps = _maps(architecture, scale, image_size)
    backbone = backbone_cost(architecture, scale, image_size)
    return backbone + mask_rcnn_head_cost(heads, scale.endpoint_filters, maps)


def classifier_cost(
    architecture: Architecture,
    scale: BackboneScale,
    image_size: int | Size,
    *,
    num_classes: int = 1000,
) -> Cost:
    """The backbone with the official classification head: pooled maps and one linear layer."""
    backbone = backbone_cost(architecture, scale, image_size)
    return backbone + classifier_head_cost(scale.endpoint_filters, num_classes)


def _maps(architecture: Architecture, scale: BackboneScale, image_size: int | Size) -> list[Size]:
    """Height and width of every endpoint's map."""
    image = image_shape(image_size)
    return [scale.feature_size(level, image) for level in architecture.output_levels]
