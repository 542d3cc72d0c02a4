import json
from pathlib import Path

import pytest

from search_space import (
    PUBLISHED,
    R0_SP53,
    R23_SP30,
    SPINENET_49,
    Architecture,
    ModelSize,
    network_cost,
)


def levels(architecture: Architecture) -> list[int]:
    return sorted(block.level for block in architecture.blocks)


def test_the_published_names_are_those_of_the_papers() -> None:
    assert list(PUBLISHED) == ["spinenet-49", "r0-sp53", "r23-sp30", "spinenet-mobile"]


def test_the_blocks_per_level_are_table_1s() -> None:
    """arXiv 1912.05027 Table 1: {L2..L7} 1,2,4,4,2,2 and 1,4,6,2,1,1 and 1,2,4,1,1,1."""
    assert levels(SPINENET_49) == [2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 7]
    assert levels(R0_SP53) == [2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 5, 5, 6, 7]
    assert levels(R23_SP30) == [2, 3, 3, 4, 4, 4, 4, 5, 6, 7]


def test_spinenet_49_has_49_layers() -> None:
    """Of the blocks and the two stem bottlenecks, and two more (spinenet.md 1.2)."""
    convolutions = sum(3 if b.block_fn == "bottleneck" else 2 for b in SPINENET_49.blocks)
    assert convolutions + 3 * 2 + 2 == 49


@pytest.mark.parametrize(
    ("name", "published", "tolerance"),
    [("spinenet-49", 85.4, 0.002), ("r0-sp53", 95.2, 0.005), ("r23-sp30", 96.5, 0.011)],
)
def test_the_multiply_adds_are_the_papers(name: str, published: float, tolerance: float) -> None:
    """arXiv 1912.05027 Table 3, RetinaNet at 640; their profiler counts norms, this does not."""
    cost = network_cost(ModelSize(PUBLISHED[name]), "retinanet", 640)
    assert cost.madds / 1e9 == pytest.approx(published, rel=tolerance)


@pytest.mark.parametrize(
    ("name", "entry", "stem"),
    [
        ("spinenet-49", "SpineNet-49", 2),
        ("r0-sp53", "R0-SP53", 2),
        ("r23-sp30", "R23-SP30", 7),
        ("spinenet-mobile", "SpineNet-Mobile-49", 2),
    ],
)
def test_the_blocks_are_the_reference_tables(
    name: str, entry: str, stem: int, shared: Path
) -> None:
    """The table counts all stem blocks; our features count the last two."""
    reference = json.loads((shared / "reference" / "spinenet_reference.json").read_text())
    wanted = [
        (
            row["level"],
            row["type"],
            tuple(parent - stem + 2 for parent in row["parents"]),
            row["is_output"],
        )
        for row in reference["architectures"][entry]["blocks"]
    ]
    blocks = PUBLISHED[name].blocks
    assert [(b.level, b.block_fn, b.inputs, b.is_output) for b in blocks] == wanted
