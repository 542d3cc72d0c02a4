"""Architectures from the literature, as values."""

from typing import Final

from search_space.architecture import Architecture
from search_space.block import BlockSpec


def _network(*rows: tuple[int, str, int, int], outputs: int = 5) -> Architecture:
    """Rows of (level, B or R, two input features); the last `outputs` of them are output blocks."""
    names = {"B": "bottleneck", "R": "residual"}
    first_output = len(rows) - outputs
    return Architecture(
        tuple(
            BlockSpec(level, names[letter], (first, second), position >= first_output)
            for position, (level, letter, first, second) in enumerate(rows)
        )
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

PUBLISHED: Final[dict[str, Architecture]] = {"spinenet-49": SPINENET_49, "r0-sp53": R0_SP53}
