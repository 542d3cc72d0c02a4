import itertools

import pytest

from search_space.block_orders import BlockOrders, FixedOrder, SearchedOrders
from search_space.level_orders import LevelOrders

SEARCHED = SearchedOrders(LevelOrders(((2, 1), (3, 1)), (0, 1), 1, 7), (3, 4, 5))
FIXED = FixedOrder((2, 4, 3))
each = pytest.mark.parametrize("orders", [SEARCHED, FIXED], ids=["searched", "fixed"])


@each
def test_the_numbers_are_inverse_and_each_sequence_has_one(orders: BlockOrders) -> None:
    sequences = [tuple(orders.unrank(index)) for index in range(orders.size)]
    assert len(set(sequences)) == orders.size
    assert [orders.rank(sequence) for sequence in sequences] == list(range(orders.size))


@each
def test_exactly_the_numbered_sequences_and_their_beginnings_are_allowed(
    orders: BlockOrders,
) -> None:
    sequences = {tuple(orders.unrank(index)) for index in range(orders.size)}
    for length in range(len(orders.levels) + 1):
        beginnings = {sequence[:length] for sequence in sequences}
        choices = [range(len(levels)) for levels in orders.levels[:length]]
        for prefix in itertools.product(*choices):
            assert orders.allows(prefix) == (prefix in beginnings)


@each
def test_what_is_open_after_a_prefix_is_what_may_be_appended(orders: BlockOrders) -> None:
    for index in range(orders.size):
        sequence = orders.unrank(index)
        for length in range(len(sequence)):
            prefix = sequence[:length]
            choices = range(len(orders.levels[length]))
            allowed = [orders.allows([*prefix, choice]) for choice in choices]
            assert orders.open_after(prefix) == allowed


def test_the_outputs_come_last_and_in_any_order() -> None:
    assert SEARCHED.levels == ((2, 3, 4), (2, 3, 4), (3, 4, 5), (3, 4, 5), (3, 4, 5))
    assert SEARCHED.size == SEARCHED.intermediates.size * 6


def test_the_naive_size_is_permutations_and_offsets_of_all() -> None:
    assert SEARCHED.naive_size == 2 * 2**2 * 6
    assert FIXED.naive_size == 1
