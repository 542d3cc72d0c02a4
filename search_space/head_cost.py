"""What the heads on a backbone's maps cost."""

import math
from collections.abc import Sequence
from itertools import pairwise

from search_space.conv_cost import Cost, Size, linear
from search_space.scale import HeadScale, MaskRCNNScale


def retinanet_head_cost(head: HeadScale, channels: int, maps: Sequence[Size]) -> Cost:
    """Towers and predictors on maps of `channels` channels and these (height, width)."""
    widths = [channels] + head.num_convs * [head.filters]
    towers = 1 if head.shared_tower else 2
    predicted = (head.num_classes * head.anchors_per_cell, 4 * head.anchors_per_cell)
    tower = sum(_weights(head, 3, a, b) for a, b in pairwise(widths))
    predictors = sum(_weights(head, head.predictor_kernel, widths[-1], n) for n in predicted)
    weights = towers * tower + predictors
    biases = towers * head.num_convs * head.filters + sum(predicted)
    normed = towers * head.num_convs * head.filters
    positions = _positions(maps)
    params = weights + biases + 2 * normed * len(maps)
    return Cost(params, weights * positions, normed * positions)


def mask_rcnn_head_cost(heads: MaskRCNNScale, channels: int, maps: Sequence[Size]) -> Cost:
    """Region proposal network on all maps, box head a proposal, mask head a mask.

    A proposal is cut out as 7 x 7 cells for its box and as 14 x 14 for its mask, which a 2x2/2
    transposed convolution doubles. Convolutions have biases, and norms after them; the proposal
    network has a norm a level (tensorflow/tpu models/official/detection architecture/heads.py).
    """
    return (
        _proposal_cost(heads, channels, maps)
        + _box_head_cost(heads, channels)
        + _mask_head_cost(heads, channels)
    )


def classifier_head_cost(channels: int, num_classes: int) -> Cost:
    """One linear layer; bringing the maps to one size, their mean and the pool are free."""
    return linear(channels, num_classes)


def _weights(head: HeadScale, kernel: int, channels_in: int, channels_out: int) -> int:
    if head.separable and kernel > 1:
        return kernel**2 * channels_in + channels_in * channels_out
    return kernel**2 * channels_in * channels_out


def _positions(maps: Sequence[Size]) -> int:
    return sum(math.prod(size) for size in maps)


def _proposal_cost(heads: MaskRCNNScale, channels: int, maps: Sequence[Size]) -> Cost:
    widths = [channels] + heads.rpn_convs * [heads.rpn_filters]
    outputs = heads.anchors_per_cell * (1 + 4)
    weights = sum(9 * a * b for a, b in pairwise(widths)) + widths[-1] * outputs
    biases = sum(widths[1:]) + outputs
    normed, positions = sum(widths[1:]), _positions(maps)
    return Cost(weights + biases + 2 * normed * len(maps), weights * positions, normed * positions)


def _box_head_cost(heads: MaskRCNNScale, channels: int) -> Cost:
    convs = _tower(heads.box_convs, channels, heads.box_filters, cells=7 * 7)
    flat = 7 * 7 * (heads.box_filters if heads.box_convs else channels)
    hidden = linear(flat, heads.box_hidden) + Cost(2 * heads.box_hidden, 0, heads.box_hidden)
    outputs = linear(heads.box_hidden, heads.num_classes * (1 + 4))
    return _times(convs + hidden + outputs, heads.proposals)


def _mask_head_cost(heads: MaskRCNNScale, channels: int) -> Cost:
    convs = _tower(heads.mask_convs, channels, heads.mask_filters, cells=14 * 14)
    width = heads.mask_filters if heads.mask_convs else channels
    doubled = 4 * width * heads.mask_filters
    predictor = heads.mask_filters * heads.num_classes
    upsampling = Cost(
        doubled + 3 * heads.mask_filters, 14 * 14 * doubled, 28 * 28 * heads.mask_filters
    )
    outputs = Cost(predictor + heads.num_classes, 28 * 28 * predictor)
    return _times(convs + upsampling + outputs, heads.masks)


def _tower(num_convs: int, channels: int, filters: int, *, cells: int) -> Cost:
    """3x3 convolutions with biases and norms on one cut-out."""
    widths = [channels] + num_convs * [filters]
    weights, normed = sum(9 * a * b for a, b in pairwise(widths)), sum(widths[1:])
    return Cost(weights + 3 * normed, weights * cells, normed * cells)


def _times(cost: Cost, crops: int) -> Cost:
    """One set of parameters at work on so many cut-outs."""
    return Cost(cost.params, cost.madds * crops, cost.norms * crops)
