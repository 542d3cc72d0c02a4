"""Spaces small enough to enumerate, and their members by brute force."""

import itertools
from dataclasses import replace

from search_space import Architecture, BlockSpec, SpineNetSpace
from tests.search_space.architectures import B, R

ONE_BLOCK = SpineNetSpace({3: 1}, offsets=(0,), block_fns=(B,), output_levels=(3, 4))
SHIFTED = SpineNetSpace({3: 2}, offsets=(0, 1), block_fns=(B,), window=None, output_levels=(3,))
NEAR = SpineNetSpace({3: 1, 4: 1}, offsets=(0, 1), block_fns=(B,), window=2, output_levels=(3, 4))
SMALL_SPACES = {
    "order": ONE_BLOCK,
    "order and types": replace(ONE_BLOCK, block_fns=(R, B)),
    "shifts": SHIFTED,
    "shifts and types": replace(ONE_BLOCK, offsets=(0, 1), block_fns=(B, R), output_levels=(3,)),
    "levels that no offset may leave": replace(SHIFTED, offsets=(-1, 0, 2), max_level=4),
    "a window of 2": NEAR,
    "MBConv": replace(SHIFTED, block_fns=("mbconv",), stem_levels=(1, 2)),
    "a longer stem": replace(ONE_BLOCK, stem_levels=(2, 3, 3)),
    "a fixed order": replace(NEAR, window=None, level_order=(5, 3, 4, 3)),
    "a fixed order and types": replace(
        SHIFTED, block_fns=(B, R), window=5, level_order=(4, 3, 3), min_level=3
    ),
    "outputs alone": SpineNetSpace({}, output_levels=(5,)),
}


def every_encoding(space: SpineNetSpace) -> list[Architecture]:
    """What the paper's encodings stand for: permutations of blocks that are told apart, an offset
    for each intermediate, types and pairs of parents (arXiv 1912.05027 section 3).

    Encodings of one member are all in it; those that leave the levels, or a fixed order, are not.
    """
    budget = [level for level, number in space.intermediates.items() for _ in range(number)]
    orders = [
        tuple(level + offset for level, offset in zip(order, offsets, strict=True)) + outputs
        for order in itertools.permutations(budget)
        for offsets in itertools.product(space.offsets, repeat=len(budget))
        for outputs in itertools.permutations(space.output_levels)
    ]
    low, high = space.min_level, space.max_level
    orders = [order for order in orders if all(low <= v <= high for v in order[: len(budget)])]
    if space.level_order is not None:
        orders = [space.level_order]
    total = len(budget) + len(space.output_levels)
    wirings = list(itertools.product(*[pairs(space, len(budget), i) for i in range(total)]))
    types = list(itertools.product(space.block_fns, repeat=total))
    return [
        Architecture(
            tuple(
                BlockSpec(level, name, inputs, i >= len(budget))
                for i, (level, name, inputs) in enumerate(zip(order, names, wiring, strict=True))
            ),
            space.stem_levels,
            space.output_levels,
        )
        for order in orders
        for names in types
        for wiring in wirings
    ]


def pairs(space: SpineNetSpace, intermediates: int, position: int) -> list[tuple[int, int]]:
    """Two of the features before a block: of the last few, if the space has a window."""
    features = list(range(2 + position))
    if space.window is not None and position < intermediates:
        features = features[-space.window :]
    return list(itertools.combinations(features, 2))
