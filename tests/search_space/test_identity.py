import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_space import SPINENET_49, Architecture, SpineNetSpace
from tests.search_space.architectures import (
    B,
    R,
    block,
    every_tiny_architecture,
    five_outputs,
    live_graph,
    same_network,
)
from tests.search_space.small_spaces import SMALL_SPACES

EXHAUSTIVE = {name: space for name, space in SMALL_SPACES.items() if space.size < 2_000} | {
    # Stem blocks are merged; residual blocks dangle beside bottlenecks; a stem of three; MBConv.
    "merged stem": SpineNetSpace({2: 2}, (0, 1), (B,), output_levels=(2, 3)),
    "types": SpineNetSpace({2: 1, 3: 1}, (0, 1), (B, R), output_levels=(3,)),
    "long stem": SpineNetSpace({3: 2}, (0,), (B, R), stem_levels=(2, 3, 3), output_levels=(3,)),
    "MBConv merges": SpineNetSpace({2: 2}, (0, 1), ("mbconv",), 5, (1, 2), (2, 3)),
}


def every_network(name: str) -> Iterator[Architecture]:
    if name == "four blocks":
        return every_tiny_architecture(4)
    space = EXHAUSTIVE[name]
    return (space.decode(space.unrank(index)) for index in range(space.size))


def invariant(architecture: Architecture) -> object:
    """Something that isomorphic networks share, so that networkx need only compare within it."""
    graph = live_graph(architecture)
    return tuple(
        sorted(
            (str(graph.nodes[f]["label"]), graph.in_degree(f), graph.out_degree(f)) for f in graph
        )
    )


@pytest.mark.parametrize("name", ["four blocks", *EXHAUSTIVE])
def test_keys_are_equal_exactly_where_networkx_finds_an_isomorphism(name: str) -> None:
    """Every member of a small space: all of one key alike, and no two keys of one network."""
    groups: dict[str, list[Architecture]] = defaultdict(list)
    for architecture in every_network(name):
        groups[architecture.key].append(architecture)
    for first, *others in groups.values():
        assert all(same_network(first, other) for other in others)
    by_invariant: dict[object, list[Architecture]] = defaultdict(list)
    for first, *_ in groups.values():
        by_invariant[invariant(first)].append(first)
    for alike in by_invariant.values():
        assert not any(same_network(a, b) for a, b in itertools.combinations(alike, 2))


def shuffled(architecture: Architecture, rng: np.random.Generator) -> Architecture:
    """The same blocks in another order that keeps parents first and the outputs in their order."""
    left = list(range(len(architecture.blocks)))
    placed: list[int] = []
    outputs = [i for i in left if architecture.blocks[i].is_output]
    while left:
        ready = [
            i
            for i in left
            if all(f < 2 or f - 2 in placed for f in architecture.blocks[i].inputs)
            and (i not in outputs or (i == outputs[0] and not set(left) - set(outputs)))
        ]
        chosen = int(rng.choice(ready))
        placed.append(chosen)
        left.remove(chosen)
        outputs = [i for i in outputs if i != chosen]
    name = {0: 0, 1: 1} | {2 + old: 2 + new for new, old in enumerate(placed)}
    blocks = [architecture.blocks[i] for i in placed]
    return replace(
        architecture,
        blocks=tuple(replace(b, inputs=tuple(sorted(name[f] for f in b.inputs))) for b in blocks),
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_independent_blocks_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    space = SpineNetSpace()
    architecture = space.decode(space.sample(rng))
    assert shuffled(architecture, rng).key == architecture.key


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_two_samples_share_a_key_exactly_when_networkx_calls_them_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    space = SpineNetSpace({3: 4}, offsets=(0,), block_fns=(B,), output_levels=(3, 4))
    first, second = (space.decode(space.sample(rng)) for _ in range(2))
    assert (first.key == second.key) == same_network(first, second)


def test_dead_blocks_do_not_count() -> None:
    with_dead = Architecture((block(1, 0, 1), *five_outputs(0, 1)))
    assert with_dead.key == Architecture(five_outputs(0, 1)).key


@pytest.mark.parametrize("change", [{"level": 3}, {"block_fn": R}, {"inputs": (2, 5)}])
def test_level_type_and_parents_count(change: dict[str, object]) -> None:
    blocks = list(SPINENET_49.blocks)
    blocks[5] = replace(blocks[5], **change)  # type: ignore[arg-type]
    assert replace(SPINENET_49, blocks=tuple(blocks)).key != SPINENET_49.key


def test_the_two_stem_blocks_are_not_interchangeable() -> None:
    assert Architecture(five_outputs(0)).key != Architecture(five_outputs(1)).key


def test_a_stem_block_that_nothing_needs_does_not_count() -> None:
    output = (block(5, 0, out=True),)
    longer = Architecture(output, stem_levels=(2, 3, 4), output_levels=(5,))
    output = (block(5, 1, out=True),)
    assert longer.key == Architecture(output, stem_levels=(2, 3), output_levels=(5,)).key


def test_the_stem_levels_count() -> None:
    assert replace(SPINENET_49, stem_levels=(2, 2, 2)).key != SPINENET_49.key


def test_ten_identical_twins_take_no_time() -> None:
    twins = tuple(block(4, 0, 1) for _ in range(10))
    started = time.process_time()
    assert len(Architecture(twins + five_outputs(0, 1)).key) == 32
    assert time.process_time() - started < 0.1  # measured 0.0001 s; 10! branches would be hours


def ring(length: int, first: int, start: int) -> list[tuple[int, int]]:
    """Input pairs of `length` blocks that join features start+first ... in one ring."""
    around = [start + first + i for i in range(length)]
    return [(min(a, b), max(a, b)) for a, b in zip(around, around[1:] + around[:1], strict=True)]


def test_one_ring_of_eight_is_not_two_rings_of_four() -> None:
    """Colour refinement alone cannot tell them apart: it takes the branching."""
    spokes = tuple(block(4, 0, 1) for _ in range(8))
    keys = []
    for pairs in (ring(8, 0, 2), ring(4, 0, 2) + ring(4, 4, 2)):
        rims = tuple(block(5, *pair) for pair in pairs)
        keys.append(Architecture(spokes + rims + five_outputs(0, 1)).key)
    assert keys[0] != keys[1]


def test_a_ring_is_recognised_however_its_blocks_are_numbered() -> None:
    rng = np.random.default_rng(0)
    rims = tuple(block(5, *pair) for pair in ring(8, 0, 2))
    blocks = tuple(block(4, 0, 1) for _ in range(8)) + rims + five_outputs(0, 1)
    architecture = Architecture(blocks)
    assert {shuffled(architecture, rng).key for _ in range(8)} == {architecture.key}


def test_the_key_of_spinenet_49_stays_what_runs_on_disk_call_it() -> None:
    """Golden: stores and exports hold keys. Changing it is a change of their format, say so."""
    assert SPINENET_49.key == "20c425b4a751fbaec9f4321ea31d9835"


@pytest.mark.parametrize("lengths", [(3, 4, 5, 6, 7, 4), (3, 4, 5, 3, 4, 5, 5), (3,) * 9, (29,)])
def test_rings_of_as_many_blocks_as_a_network_holds_take_no_time(lengths: tuple[int, ...]) -> None:
    """All orders of the rings would be branches: 10 s for the first."""
    spokes = tuple(block(4, 0, 1) for _ in range(sum(lengths)))
    firsts = [sum(lengths[:i]) for i in range(len(lengths))]
    pairs = [p for n, first in zip(lengths, firsts, strict=True) for p in ring(n, first, 2)]
    rims = tuple(block(5, *pair) for pair in pairs)
    architecture = Architecture(spokes + rims + five_outputs(0, 1))
    started = time.process_time()
    assert len(architecture.key) == 32
    assert time.process_time() - started < 2  # measured 0.2 to 0.5 s
    assert shuffled(architecture, np.random.default_rng(0)).key == architecture.key


def test_rings_of_other_lengths_are_another_network() -> None:
    spokes = tuple(block(4, 0, 1) for _ in range(12))
    keys = set()
    for first, second in ((3, 9), (4, 8), (5, 7), (6, 6)):
        rims = tuple(block(5, *p) for p in ring(first, 0, 2) + ring(second, first, 2))
        keys.add(Architecture(spokes + rims + five_outputs(0, 1)).key)
    assert len(keys) == 4
