"""Whether the settings of a SpineNetSpace agree with each other. All raise InvalidSpace."""

from collections.abc import Mapping

from search_space.architecture import DEFAULT_STEM_LEVELS, MOBILE_STEM_LEVELS, Architecture
from search_space.block import (
    BLOCK_FNS,
    MAX_LEVEL,
    MIN_LEVEL,
    NUM_STEM_FEATURES,
    REGULAR_BLOCK_FNS,
    BlockSpec,
)
from search_space.block_orders import SearchedOrders
from search_space.errors import InvalidArchitecture, InvalidSpace

MOST_INTERMEDIATES = 32  # counting their orders takes seconds there; the paper has 10


def check_budget(intermediates: Mapping[int, int]) -> None:
    """Numbers of blocks by level."""
    for level, number in intermediates.items():
        if type(level) is not int or type(number) is not int or number < 0:
            raise InvalidSpace(
                f"intermediates {dict(intermediates)}: give {{level: number of blocks}}"
            )
    if sum(intermediates.values()) > MOST_INTERMEDIATES:
        raise InvalidSpace(
            f"intermediates {dict(intermediates)}: at most {MOST_INTERMEDIATES} blocks in all"
        )


def check_levels(offsets: tuple[int, ...], min_level: int, max_level: int) -> None:
    """How far an intermediate may go from its level."""
    if not offsets or len(set(offsets)) != len(offsets):
        raise InvalidSpace(f"offsets {offsets}: give at least one, no repeats")
    if not MIN_LEVEL <= min_level <= max_level <= MAX_LEVEL:
        raise InvalidSpace(f"levels {min_level} to {max_level}: stay within 1 to {MAX_LEVEL}")


def check_window(window: int | None) -> None:
    """How far back an intermediate looks."""
    if window is not None and window < NUM_STEM_FEATURES:
        raise InvalidSpace(
            f"window {window}: a block has two parents, so 2 or more, or None for no limit"
        )


def check_family(block_fns: tuple[str, ...], stem_levels: tuple[int, ...]) -> None:
    """Block types that one network may mix, and a stem of their kind."""
    if not set(block_fns) <= set(BLOCK_FNS):
        raise InvalidSpace(f"block types {block_fns}: choose from {BLOCK_FNS}")
    if not block_fns or len(set(block_fns)) != len(block_fns):
        raise InvalidSpace(f"block_fns {block_fns}: give at least one, no repeats")
    if "mbconv" in block_fns and len(block_fns) > 1:
        raise InvalidSpace(
            f"block_fns {block_fns}: give mbconv alone, or some of {', '.join(REGULAR_BLOCK_FNS)}"
        )
    if "mbconv" in block_fns and stem_levels == DEFAULT_STEM_LEVELS:
        raise InvalidSpace(
            f"stem_levels {stem_levels}: MBConv blocks need a mobile stem, {MOBILE_STEM_LEVELS}"
        )


def check_frame(
    block_fns: tuple[str, ...], stem_levels: tuple[int, ...], output_levels: tuple[int, ...]
) -> None:
    """Stem and outputs, as an architecture checks them."""
    try:
        outputs = [BlockSpec(level, block_fns[0], (0, 1), True) for level in output_levels]
        Architecture(tuple(outputs), stem_levels, output_levels)
    except InvalidArchitecture as error:
        raise InvalidSpace(str(error)) from error


def check_order(order: tuple[int, ...], orders: SearchedOrders) -> None:
    """A fixed order is one of those that the budget reaches."""
    pairs = list(zip(order, orders.levels, strict=False))
    reached = len(order) == len(orders.levels) and all(level in open_ for level, open_ in pairs)
    if not reached or not orders.allows([open_.index(level) for level, open_ in pairs]):
        budget = orders.intermediates
        raise InvalidSpace(
            f"level_order {order}: give the final levels of {budget.length} intermediates that the "
            f"budget {dict(budget.budget)} reaches with the offsets {budget.offsets}, then the "
            f"levels of the outputs {orders.output_levels} in any order"
        )
