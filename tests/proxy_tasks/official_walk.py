"""The official builder's rules, read once more from its source: names and shapes of all weights.

Independent of `search_space` and of the backbone: tests compare them with this.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

Row = tuple[int, str, tuple[int, int], bool]
Weight = tuple[str, tuple[int, ...]]
BASE = {1: 32, 2: 64, 3: 128, 4: 256, 5: 256, 6: 256, 7: 256}


def official_walk(
    rows: Sequence[Any],
    width: float,
    alpha: float,
    repeats: int,
    endpoint_filters: int,
    levels: Sequence[int],
) -> list[Weight]:
    """Every weight that an endpoint of `levels` needs, in the order of its creation."""
    stem = int(64 * width)
    channels = [4 * stem, 4 * stem]
    level_of, plain, degree = [2, 2], [False, False], [0, 0]
    made: list[list[Weight]] = [_block("stem0", 64, stem, repeats, plain=False)]
    made.append(_block("stem1", 4 * stem, stem, repeats, plain=False))
    sources: list[list[int]] = [[], [0]]
    outputs = {}
    for i, (level, fn, inputs, is_output) in enumerate(rows):
        filters = int(BASE[level] * width)
        total = filters if fn == "residual" else 4 * filters
        layers: list[Weight] = []
        for place, parent in enumerate(inputs):
            middle = int(channels[parent] / (1 if plain[parent] else 4) * alpha)
            prefix = f"block{i}.resample{place}"
            layers += _conv(f"{prefix}.reduce", 1, channels[parent], middle)
            if level > level_of[parent]:
                layers += _conv(f"{prefix}.down", 3, middle, middle)
            layers += _conv(f"{prefix}.expand", 1, middle, total)
            degree[parent] += 1
        feeding = list(inputs)
        if is_output:
            for j in range(len(degree)):
                if degree[j] == 0 and level_of[j] == level and channels[j] == total:
                    feeding.append(j)
                    degree[j] += 1
            outputs[level] = i + 2
        made.append(layers + _block(f"block{i}", total, filters, repeats, fn == "residual"))
        sources.append(feeding)
        channels.append(total)
        level_of.append(level)
        plain.append(fn == "residual")
        degree.append(0)
    alive, todo = set(), [outputs[level] for level in levels]
    while todo:
        node = todo.pop()
        if node not in alive:
            alive.add(node)
            todo += sources[node]
    weights = _conv("stem.conv", 7, 3, 64)
    for node, layers in enumerate(made):
        weights += layers if node in alive else []
    for level in levels:
        weights += _conv(f"endpoint.{level}", 1, channels[outputs[level]], endpoint_filters)
    return weights


def random_rows(rng: np.random.Generator) -> list[Row]:
    """Some blocks of any level and type, then an output at each level from 3 to 7, all unsorted."""
    few = int(rng.integers(0, 9))
    levels = [*rng.integers(1, 8, few).tolist(), *(3 + rng.permutation(5)).tolist()]
    rows = []
    for i, level in enumerate(levels):
        first, second = rng.choice(i + 2, 2, replace=False).tolist()
        fn = ("bottleneck", "residual")[int(rng.integers(2))]
        rows.append((level, fn, (first, second), i >= few))
    return rows


def _block(prefix: str, into: int, filters: int, repeats: int, plain: bool) -> list[Weight]:
    weights: list[Weight] = []
    for repeat in range(repeats):
        name = f"{prefix}.rep{repeat}"
        if plain:
            weights += _conv(f"{name}.conv1", 3, filters, filters)
            weights += _conv(f"{name}.conv2", 3, filters, filters)
            continue
        if into != 4 * filters:
            weights += _conv(f"{name}.shortcut", 1, into, 4 * filters)
        weights += _conv(f"{name}.conv1", 1, into, filters)
        weights += _conv(f"{name}.conv2", 3, filters, filters)
        weights += _conv(f"{name}.conv3", 1, filters, 4 * filters)
        into = 4 * filters
    return weights


def _conv(name: str, side: int, into: int, out: int) -> list[Weight]:
    kernel = (f"{name}.kernel", (side, side, into, out))
    return [kernel, *((f"{name}.{leaf}", (out,)) for leaf in ("gamma", "beta", "mean", "var"))]
