"""What a backbone costs, counted by the official rules without building it."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from search_space.architecture import Architecture
from search_space.block_cost import block_costs
from search_space.conv_cost import Cost, Size, image_shape
from search_space.graph import Node, built_stem_blocks, resolve
from search_space.scale import BackboneScale


def backbone_cost(
    architecture: Architecture,
    scale: BackboneScale,
    image_size: int | Size,
    *,
    levels: Sequence[int] | None = None,
    nodes: Sequence[Node] | None = None,
) -> Cost:
    """Stem, live blocks with their resamples, and the endpoint convolutions.

    image_size: pixels, one side or (height, width). levels: those with an endpoint; without, the
    output levels. nodes: what `resolve` returns for these, where that is known already. Raises
    InvalidSpace if the image is empty.
    """
    costs = block_costs(scale, image_shape(image_size))
    nodes = resolve(architecture, levels) if nodes is None else nodes
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
    """Parameters and multiply-adds of many backbones, `[n, 2]`.

    Heads cost all alike whose output levels are alike: see `network_cost`.
    """
    found = (backbone_cost(architecture, scale, image_size) for architecture in architectures)
    return np.array([(cost.params, cost.madds) for cost in found], np.int64).reshape(-1, 2)
