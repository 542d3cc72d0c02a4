import dataclasses
from collections.abc import Callable

import pytest

from search_space import (
    PUBLISHED,
    SPINENET_49,
    Architecture,
    BlockSpec,
    InvalidArchitecture,
    InvalidGenotype,
    SpineNetSpace,
    compare,
)
from search_space.architecture import MOST_BLOCKS, MOST_STEM_BLOCKS
from tests.search_space.architectures import block, five_outputs


@pytest.mark.parametrize("level", [0, 8, 3.0, True, "3"])
def test_a_level_is_a_whole_number_from_1_to_7(level: object) -> None:
    with pytest.raises(InvalidArchitecture, match="1 to 7"):
        BlockSpec(level, "bottleneck", (0, 1))  # type: ignore[arg-type]


def test_an_unknown_block_type_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidArchitecture, match=r"'ghost'.*bottleneck, residual, mbconv"):
        BlockSpec(3, "ghost", (0, 1))


def test_mbconv_and_regular_blocks_in_one_network_are_refused() -> None:
    blocks = (block(3, 0, 1, fn="mbconv"), *five_outputs(0, 1))
    with pytest.raises(InvalidArchitecture, match="bottleneck, mbconv"):
        Architecture(blocks)


def test_a_mobile_stem_starts_at_level_1() -> None:
    outputs = tuple(dataclasses.replace(b, block_fn="mbconv") for b in five_outputs(0, 1))
    assert Architecture(outputs, stem_levels=(1, 2)).feature_level(0) == 1
    with pytest.raises(InvalidArchitecture, match="starts at level 1"):
        Architecture(outputs)


@pytest.mark.parametrize("inputs", [(), (1, 0), (-1, 0), (0, 1, 2), [0, 1], (0, 1.0)])
def test_inputs_are_one_or_two_indices_in_order(inputs: object) -> None:
    with pytest.raises(InvalidArchitecture, match="one or two feature indices"):
        BlockSpec(3, "bottleneck", inputs)  # type: ignore[arg-type]


def test_a_forward_reference_is_refused() -> None:
    with pytest.raises(InvalidArchitecture, match=r"block 0 \(feature 2\) takes feature 2"):
        Architecture((block(3, 0, 2), *five_outputs(0, 1)))


def test_a_missing_output_level_is_refused() -> None:
    with pytest.raises(InvalidArchitecture, match="output level 7 has 0 output blocks"):
        Architecture(five_outputs(0, 1)[:4])


def test_a_doubled_output_level_is_refused() -> None:
    with pytest.raises(InvalidArchitecture, match="output level 4 has 2 output blocks"):
        Architecture((*five_outputs(0, 1), block(4, 0, 1, out=True)))


def test_an_output_block_outside_the_output_levels_has_no_endpoint() -> None:
    """As of the sixteenth block of the official list, which max_level and min_level leave out."""
    more = Architecture((*five_outputs(0, 1), block(2, 0, 1, out=True)))
    assert more.key == Architecture(five_outputs(0, 1)).key


@pytest.mark.parametrize("levels", [(), (3, 5), (4, 3), (0, 1), [3]])
def test_output_levels_are_contiguous_and_ascending(levels: object) -> None:
    with pytest.raises(InvalidArchitecture, match="contiguous ascending"):
        Architecture((), output_levels=levels)  # type: ignore[arg-type]


@pytest.mark.parametrize("levels", [(2,), (3, 3), (2, 4), (2, 3, 2)])
def test_a_stem_starts_at_level_2_and_rises_by_single_levels(levels: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArchitecture, match="stem levels"):
        Architecture(five_outputs(0, 1), stem_levels=levels)


def test_every_message_is_one_line() -> None:
    with pytest.raises(InvalidArchitecture) as refused:
        Architecture((block(3, 0, 9),))
    assert "\n" not in str(refused.value)


def test_features_0_and_1_are_the_last_two_stem_blocks() -> None:
    architecture = Architecture(five_outputs(0, 1), stem_levels=(2, 2, 3, 4))
    assert [architecture.feature_level(i) for i in range(3)] == [3, 4, 3]
    assert architecture.feature_block_fn(0) == "bottleneck"
    assert SPINENET_49.feature_block_fn(9) == "residual"


def test_an_architecture_is_a_value() -> None:
    copy = dataclasses.replace(SPINENET_49)
    assert copy == SPINENET_49
    assert hash(copy) == hash(SPINENET_49)
    assert copy.key == SPINENET_49.key


def test_a_network_of_more_blocks_than_the_most_is_refused() -> None:
    many = tuple(block(4, 0, 1) for _ in range(60))
    with pytest.raises(InvalidArchitecture, match="a network of 65 blocks: at most 64"):
        Architecture((*many, *five_outputs(0, 1)))
    assert len(Architecture((*many[1:], *five_outputs(0, 1))).blocks) == 64


def test_a_stem_of_more_blocks_than_the_most_is_refused() -> None:
    with pytest.raises(InvalidArchitecture, match="a stem of 65 blocks: at most 64"):
        Architecture(five_outputs(0, 1), stem_levels=(2,) * 65)
    assert Architecture(five_outputs(0, 1), stem_levels=(2,) * 64).feature_level(0) == 2


@pytest.mark.parametrize("published", PUBLISHED.values(), ids=PUBLISHED)
def test_published_networks_have_a_third_of_the_blocks_allowed(published: Architecture) -> None:
    assert len(published.blocks) * 3 < MOST_BLOCKS
    assert len(published.stem_levels) * 3 < MOST_STEM_BLOCKS


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: BlockSpec(3, "x" * 200_000, (0, 1)),
        lambda: BlockSpec(3, "residual", tuple(range(200_000))),
        lambda: BlockSpec(10**5000, "residual", (0, 1)),
        lambda: Architecture((block(3, 0, 10**4000),)),
        lambda: Architecture(five_outputs(0, 1), stem_levels=(1,) * 60),
        lambda: Architecture(five_outputs(0, 1), output_levels=tuple(range(200_000))),
        lambda: Architecture(list(five_outputs(0, 1)) * 100),  # type: ignore[arg-type]
    ],
)
def test_a_message_does_not_repeat_a_long_value(wrong: Callable[[], object]) -> None:
    with pytest.raises(InvalidArchitecture) as refused:
        wrong()
    assert len(str(refused.value)) < 200


def test_a_parent_may_be_taken_twice_but_not_in_a_space() -> None:
    """The official builder resamples it twice; the paper's blocks have two different parents."""
    twice, once = (
        Architecture((block(4, *inputs), *five_outputs(1, 2))) for inputs in ((0, 0), (0,))
    )
    assert twice.key != once.key
    assert compare(twice, once).changes == {"parent": 1}
    space = SpineNetSpace({4: 1}, (0,), ("bottleneck",))
    with pytest.raises(InvalidGenotype, match=r"takes \(0, 0\)"):
        space.encode(twice)
