import pytest

from search_space import (
    PUBLISHED,
    R0_SP53,
    resolve,
    sequential_only,
    without_long_range,
    without_short_range,
)

DAMAGES = {"short": without_short_range, "long": without_long_range, "all": sequential_only}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", PUBLISHED)
def test_every_block_keeps_one_parent_and_all_else(name: str, damage: str) -> None:
    before, after = PUBLISHED[name], DAMAGES[damage](PUBLISHED[name])
    assert [len(block.inputs) for block in after.blocks] == [1] * len(before.blocks)
    assert [(b.level, b.block_fn, b.is_output) for b in after.blocks] == [
        (b.level, b.block_fn, b.is_output) for b in before.blocks
    ]
    assert resolve(after)


def test_the_two_damages_share_the_parents_of_every_block_between_them() -> None:
    short, long = without_short_range(R0_SP53), without_long_range(R0_SP53)
    for whole, far, near in zip(R0_SP53.blocks, short.blocks, long.blocks, strict=True):
        assert (*far.inputs, *near.inputs) == whole.inputs
        assert far.inputs < near.inputs


def test_the_four_networks_of_the_papers_table_are_different() -> None:
    assert len({R0_SP53.key, *(damage(R0_SP53).key for damage in DAMAGES.values())}) == 4
