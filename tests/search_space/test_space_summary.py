import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_space import SPINENET_49, Architecture, BlockSpec, InvalidSpace, SpineNetSpace, resolve
from search_space.space_presets import SPACES
from search_space.space_summary import count_dangling, summarize
from tests.search_space.architectures import B, R, block, five_outputs

DEFAULT = SpineNetSpace()


def has_unattached(architecture: Architecture) -> bool:
    """By the words of spinenet.md 2.4 rule 5, without `resolve`'s `live`."""
    nodes = resolve(architecture)
    held = {feature for node in nodes for feature in node.parents + node.merged}
    return any(not node.is_output and node.feature not in held for node in nodes)


@given(st.integers(0, DEFAULT.size - 1))
def test_a_network_has_a_dead_block_exactly_when_it_has_an_unattached_one(index: int) -> None:
    architecture = DEFAULT.decode(DEFAULT.unrank(index))
    dead = any(not node.live for node in resolve(architecture))
    assert dead == has_unattached(architecture)


def test_spinenet_49_has_one_dangling_block() -> None:
    assert count_dangling(resolve(SPINENET_49)) == 1


def test_a_block_that_only_an_output_takes_does_not_dangle() -> None:
    blocks = (block(1, 0, 1), block(1, 0, 1), *five_outputs(0, 3))
    assert count_dangling(resolve(Architecture(blocks))) == 1


def encoded(space: SpineNetSpace, rng: np.random.Generator) -> Architecture:
    """A network drawn as Google's encoder has it: uniform over encodings, not over members."""
    budget = [level for level, number in space.intermediates.items() for _ in range(number)]
    final = rng.permutation(budget) + rng.choice(space.offsets, size=len(budget))
    levels = [*final.tolist(), *rng.permutation(space.output_levels).tolist()]
    blocks = []
    for position, level in enumerate(levels):
        inputs = rng.choice(list(space.visible(position)), size=2, replace=False).tolist()
        name = space.block_fns[int(rng.integers(len(space.block_fns)))]
        blocks.append(BlockSpec(level, name, tuple(sorted(inputs)), position >= len(budget)))
    return Architecture(tuple(blocks), space.stem_levels, space.output_levels)


@pytest.mark.parametrize(
    ("space", "dangling", "share"),
    [
        (SPACES["r0-sp53"], 1.23, 0.12),
        (SpineNetSpace(block_fns=(B,)), 1.19, 0.13),
        (DEFAULT, 1.21, 0.55),
    ],
    ids=["orders", "levels", "levels and types"],
)
def test_the_shares_among_encodings_are_the_references(
    space: SpineNetSpace, dangling: float, share: float
) -> None:
    """spinenet_reference.json dangling_statistics, of 2,000 samples, rounded to 0.01.

    Within 4.5 standard deviations of the difference and the rounding: a false alarm in 7e-6.
    """
    rng, number = np.random.default_rng(0), 2_000
    drawn = [encoded(space, rng) for _ in range(number)]
    counts = [count_dangling(resolve(architecture)) for architecture in drawn]
    found = sum(map(has_unattached, drawn)) / number
    deviation = math.sqrt(2 * share * (1 - share) / number)
    assert found == pytest.approx(share, abs=4.5 * deviation + 0.005)
    deviation = math.sqrt(2 / number) * float(np.std(counts))
    assert np.mean(counts) == pytest.approx(dangling, abs=4.5 * deviation + 0.005)


def test_a_summary_samples_encodings_and_members_alike_where_they_are_one_to_one() -> None:
    """R0-SP53: every member has 720 encodings. 4.5 standard deviations: a false alarm in 7e-6."""
    summary = summarize(SPACES["r0-sp53"], 2_000, np.random.default_rng(0))
    deviation = math.sqrt(2 * 0.12 * 0.88 / 2_000)
    assert summary.share_dead_or_unattached == pytest.approx(0.12, abs=4.5 * deviation + 0.005)
    assert summary.share_standard_error == pytest.approx(math.sqrt(0.12 * 0.88 / 2_000), rel=0.3)


def test_the_shares_of_an_enumerated_space_are_met() -> None:
    """4.5 standard deviations: a false alarm in 7e-6."""
    space = SPACES["tiny"]
    members = [space.decode(space.unrank(index)) for index in range(space.size)]
    share = sum(map(has_unattached, members)) / space.size
    dangling = sum(count_dangling(resolve(member)) for member in members) / space.size
    summary = summarize(space, 3_000, np.random.default_rng(0))
    assert summary.share_dead_or_unattached == pytest.approx(
        share, abs=4.5 * math.sqrt(share * (1 - share) / 3_000)
    )
    assert summary.mean_dangling_blocks == pytest.approx(
        dangling,
        abs=4.5 * math.sqrt(dangling * (1 - dangling) / 3_000),  # 0 or 1 in each
    )


def test_the_counts_of_a_summary_are_the_spaces() -> None:
    space = replace(DEFAULT, window=4)
    summary = summarize(space, 1, np.random.default_rng(0))
    assert (summary.size, summary.naive_size) == (space.size, space.naive_size)
    assert summary.redundancy == pytest.approx(47_858.8, rel=1e-5)
    assert summary.members == ("spinenet-49",)


def test_the_redundancy_is_one_where_all_blocks_differ() -> None:
    """Three blocks of three levels, no offsets: every permutation is another order."""
    space = SpineNetSpace({2: 1, 3: 1, 4: 1}, offsets=(0,), block_fns=(B, R))
    assert space.naive_size == space.size
    assert space.orders.size == len(list(itertools.permutations(range(3)))) * 120


def test_a_summary_of_no_samples_is_refused() -> None:
    with pytest.raises(InvalidSpace, match="0 samples"):
        summarize(DEFAULT, 0, np.random.default_rng(0))
