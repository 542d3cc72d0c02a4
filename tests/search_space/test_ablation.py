import pytest

from search_space import PUBLISHED, SPINENET_49, resolve, sequential_only


def test_every_block_is_left_with_the_block_before_it() -> None:
    damaged = sequential_only(SPINENET_49)
    assert [block.inputs for block in damaged.blocks] == [(i,) for i in range(1, 16)]


def test_levels_types_and_outputs_stay() -> None:
    before = [(b.level, b.block_fn, b.is_output) for b in SPINENET_49.blocks]
    damaged = sequential_only(SPINENET_49)
    assert [(b.level, b.block_fn, b.is_output) for b in damaged.blocks] == before


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_block_is_merged_or_dead_in_a_chain(name: str) -> None:
    """R23-SP30's stem has a block of level 4 beside the chain: the builder merges that one."""
    nodes = resolve(sequential_only(PUBLISHED[name]))
    merged = [feature for node in nodes for feature in node.merged]
    assert merged == ([0] if name == "r23-sp30" else [])
    assert all(node.live for node in nodes)
