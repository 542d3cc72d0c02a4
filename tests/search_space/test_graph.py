from search_space import R0_SP53, SPINENET_49, Architecture, resolve
from search_space.graph import built_stem_blocks
from tests.search_space.architectures import R, block, five_outputs


def merges(architecture: Architecture) -> dict[int, tuple[int, ...]]:
    return {node.feature: node.merged for node in resolve(architecture) if node.merged}


def test_spinenet_49_merges_block_11_into_the_level_5_output() -> None:
    """official_port.md item 9: "in the published graph it happens once"."""
    assert merges(SPINENET_49) == {14: (11,)}


def test_r0_sp53_merges_block_11_into_the_level_4_output() -> None:
    assert merges(R0_SP53) == {13: (11,)}


def test_all_blocks_of_the_published_networks_are_live() -> None:
    assert all(node.live for node in resolve(SPINENET_49) + resolve(R0_SP53))


def test_a_merged_block_may_be_a_parent_later() -> None:
    blocks = (block(3, 0, 1), block(3, 0, 1, out=True), block(4, 2, 3, out=True))
    assert merges(Architecture(blocks, output_levels=(3, 4))) == {3: (2,)}


def test_a_block_merged_once_is_not_merged_again() -> None:
    blocks = (block(2, 0, 1), block(2, 0, 1, out=True), block(3, 0, 1, out=True))
    assert merges(Architecture(blocks, output_levels=(2, 3))) == {3: (2,)}


def test_a_dangling_residual_block_is_not_attached_to_a_bottleneck_output() -> None:
    architecture = Architecture((block(3, 0, 1, fn=R), *five_outputs(0, 1)))
    assert merges(architecture) == {}
    assert not resolve(architecture)[0].live


def test_an_unused_stem_block_is_merged_into_a_level_2_output() -> None:
    blocks = (block(2, 1, out=True), block(3, 1, 2, out=True))
    assert merges(Architecture(blocks, output_levels=(2, 3))) == {2: (0,)}


def test_an_earlier_output_that_nothing_used_can_only_be_merged_at_its_own_level() -> None:
    assert merges(Architecture(five_outputs(0, 1))) == {}


def test_a_block_that_feeds_only_dead_blocks_is_dead() -> None:
    architecture = Architecture((block(1, 0, 1), block(1, 1, 2), *five_outputs(0, 1)))
    assert [node.live for node in resolve(architecture)] == [False, False] + 5 * [True]


def test_the_stem_is_built_as_far_as_some_output_needs_it() -> None:
    for inputs, built in (((0, 1), 2), ((0,), 1), ((1,), 2)):
        architecture = Architecture(five_outputs(*inputs))
        assert built_stem_blocks(architecture, resolve(architecture)) == built
