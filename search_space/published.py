"""Architectures from the literature, as values."""

from typing import Final

from search_space.architecture import (
    DEFAULT_STEM_LEVELS,
    MOBILE_STEM_LEVELS,
    Architecture,
)
from search_space.block import BlockSpec


def _network(
    *rows: tuple[int, str, int, int], stem_levels: tuple[int, ...] = DEFAULT_STEM_LEVELS
) -> Architecture:
    """Rows of (level, B or R or M, two input features); the last five are the output blocks."""
    names = {"B": "bottleneck", "R": "residual", "M": "mbconv"}
    first_output = len(rows) - 5
    return Architecture(
        tuple(
            BlockSpec(level, names[letter], (first, second), position >= first_output)
            for position, (level, letter, first, second) in enumerate(rows)
        ),
        stem_levels,
    )


# arXiv 1912.05027v3 Figure 4d; equal to SPINENET_BLOCK_SPECS of tensorflow/tpu
# models/official/detection. tensorflow/models adds a sixteenth, level-2 output block, which no
# network with output levels 3 to 7 builds.
SPINENET_49: Final = _network(
    (2, "B", 0, 1),
    (4, "R", 0, 1),
    (3, "B", 2, 3),
    (4, "B", 2, 4),
    (6, "R", 3, 5),
    (4, "B", 3, 5),
    (5, "R", 6, 7),
    (7, "R", 6, 8),
    (5, "B", 8, 9),
    (5, "B", 8, 10),  # unused: the builder merges it into the level-5 output
    (4, "B", 5, 10),
    (3, "B", 4, 10),
    (5, "B", 7, 12),
    (7, "B", 5, 14),
    (6, "B", 12, 14),
)

# arXiv 1912.05027v3 Figure 4c; edges as hyperion-ml/hyperion hyperion/torch/narchs/spinenet.py.
R0_SP53: Final = _network(
    (2, "B", 0, 1),
    (3, "B", 0, 1),
    (3, "B", 2, 3),
    (4, "B", 2, 4),
    (4, "B", 3, 5),
    (3, "B", 5, 6),
    (5, "B", 4, 7),
    (4, "B", 4, 8),
    (4, "B", 8, 9),
    (4, "B", 8, 10),  # unused: the builder merges it into the level-4 output
    (3, "B", 4, 10),
    (4, "B", 6, 7),
    (5, "B", 8, 13),
    (7, "B", 6, 9),
    (6, "B", 7, 9),
)

# Read off arXiv 1912.05027v3 Figure 4b by eye: no list of its edges is published. Stem {2, 2, 2, 1}
# of Table 1; its cost comes to 95.5B where the paper says 96.5B.
R23_SP30: Final = _network(
    (4, "B", 0, 1),
    (4, "B", 0, 1),
    (4, "B", 2, 3),
    (3, "B", 3, 4),
    (2, "B", 4, 5),
    (4, "B", 0, 4),
    (3, "B", 4, 5),
    (5, "B", 4, 5),
    (7, "B", 6, 8),
    (6, "B", 4, 9),
    stem_levels=(2, 2, 3, 3, 4, 4, 5),
)

# SPINENET_BLOCK_SPECS of tensorflow/models official/vision/modeling/backbones/spinenet_mobile.py:
# SpineNet-49 with every index one higher, hand-made rather than searched.
SPINENET_MOBILE: Final = _network(
    (2, "M", 0, 1),
    (2, "M", 1, 2),
    (4, "M", 1, 2),
    (3, "M", 3, 4),
    (4, "M", 3, 5),
    (6, "M", 4, 6),
    (4, "M", 4, 6),
    (5, "M", 7, 8),
    (7, "M", 7, 9),
    (5, "M", 9, 10),
    (5, "M", 9, 11),  # unused: the builder merges it into the level-5 output
    (4, "M", 6, 11),
    (3, "M", 5, 11),
    (5, "M", 8, 13),
    (7, "M", 6, 15),
    (6, "M", 13, 15),
    stem_levels=MOBILE_STEM_LEVELS,
)

PUBLISHED: Final[dict[str, Architecture]] = {
    "spinenet-49": SPINENET_49,
    "r0-sp53": R0_SP53,
    "r23-sp30": R23_SP30,
    "spinenet-mobile": SPINENET_MOBILE,
}
