import itertools

import pytest

from search_space import InvalidSpace
from search_space.level_orders import MOST_STATES, LevelOrders
from search_space.space_presets import SPACES


def every_encoding(orders: LevelOrders) -> list[tuple[int, ...]]:
    """Final levels of every permutation of the budget under every choice of offsets."""
    blocks = [level for level, number in orders.budget for _ in range(number)]
    found = []
    for order in itertools.permutations(blocks):
        for offsets in itertools.product(orders.offsets, repeat=len(blocks)):
            final = tuple(level + offset for level, offset in zip(order, offsets, strict=True))
            if all(orders.min_level <= level <= orders.max_level for level in final):
                found.append(final)
    return found


ORDERS = (
    LevelOrders(((2, 1), (3, 2), (5, 1)), (-1, 0, 1, 2), 1, 7),
    LevelOrders(((2, 2), (5, 2)), (-1, 0, 2), 2, 6),
    LevelOrders(((3, 1), (4, 3)), (0,), 1, 7),
    LevelOrders((), (0,), 1, 7),
)
each = pytest.mark.parametrize("orders", ORDERS)


@each
def test_the_sequences_are_those_of_all_permutations_and_offsets(orders: LevelOrders) -> None:
    numbered = [
        tuple(orders.levels[choice] for choice in orders.unrank(index))
        for index in range(orders.size)
    ]
    assert len(set(numbered)) == orders.size
    assert set(numbered) == set(every_encoding(orders))


@each
def test_rank_inverts_unrank(orders: LevelOrders) -> None:
    numbers = [orders.rank(orders.unrank(index)) for index in range(orders.size)]
    assert numbers == list(range(orders.size))


@each
def test_sequences_are_numbered_in_lexicographic_order(orders: LevelOrders) -> None:
    sequences = [orders.unrank(index) for index in range(orders.size)]
    assert sequences == sorted(sequences)


@each
def test_the_naive_size_counts_permutations_times_offsets(orders: LevelOrders) -> None:
    assert orders.naive_size == len(every_encoding(orders))


def test_a_prefix_is_open_exactly_when_some_sequence_begins_with_its_levels() -> None:
    orders = ORDERS[1]
    sequences = set(every_encoding(orders))
    for length in range(orders.length + 1):
        for choices in itertools.product(range(len(orders.levels)), repeat=length):
            prefix = tuple(orders.levels[choice] for choice in choices)
            begins = sum(sequence[:length] == prefix for sequence in sequences)
            assert orders.completions.get(orders.state(choices), 0) == begins


def test_r0_sp53_has_the_papers_number_of_distinct_orders() -> None:
    """10! / (1! 3! 5! 1!) of its intermediates; times 5! outputs: 604,800."""
    assert LevelOrders(((2, 1), (3, 3), (4, 5), (5, 1)), (0,), 1, 7).size * 120 == 604_800


def test_a_block_that_no_offset_keeps_inside_is_refused() -> None:
    with pytest.raises(InvalidSpace, match="level 5 stays within 1 to 4"):
        LevelOrders(((5, 1),), (0, 1), 1, 4)


@each
def test_the_estimate_is_never_below_the_number_of_states_counted(orders: LevelOrders) -> None:
    assert orders.most_states >= len(orders.completions)


@pytest.mark.parametrize("name", SPACES)
def test_the_estimate_leaves_every_preset_room(name: str) -> None:
    space = SPACES[name]
    orders = LevelOrders(
        tuple(space.intermediates.items()), space.offsets, space.min_level, space.max_level
    )
    assert len(orders.completions) <= orders.most_states < MOST_STATES / 10


def test_more_states_than_the_most_are_refused_with_both_numbers() -> None:
    """All multisets of at most 32 of 7 levels: 39 over 7."""
    with pytest.raises(InvalidSpace, match=r"15,380,937 multisets .* at most 250,000"):
        LevelOrders(((4, 32),), (-3, -2, -1, 0, 1, 2, 3), 1, 7)
