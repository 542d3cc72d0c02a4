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
from search_space.shown import shown

MOST_INTERMEDIATES = 32  # half of what an Architecture holds; the largest preset has 11


def check_sequence(name: str, values: object, kind: type[int] | type[str]) -> None:
    """A tuple or list of plain ints, or of strings."""
    wanted = "whole numbers" if kind is int else "names"
    if not isinstance(values, tuple | list):
        raise InvalidSpace(f"{name} {shown(values)}: give a tuple of {wanted}")
    for value in values:
        if type(value) is not kind:
            raise InvalidSpace(f"{name} {shown(values)}: {shown(value)} is none of the {wanted}")


def check_budget(intermediates: object) -> None:
    """Numbers of blocks by level."""
    if not isinstance(intermediates, Mapping):
        raise InvalidSpace(
            f"intermediates {shown(intermediates)}: give {{level: number of blocks}}"
        )
    for level, number in intermediates.items():
        if type(level) is not int or not MIN_LEVEL <= level <= MAX_LEVEL:
            raise InvalidSpace(
                f"intermediates {shown(dict(intermediates))}: {shown(level)} is no level, "
                f"{MIN_LEVEL} to {MAX_LEVEL}"
            )
        if type(number) is not int or number < 0:
            raise InvalidSpace(
                f"intermediates {shown(dict(intermediates))}: {shown(number)} is no number of "
                "blocks"
            )
    if sum(intermediates.values()) > MOST_INTERMEDIATES:
        raise InvalidSpace(
            f"intermediates {shown(dict(intermediates))}: at most {MOST_INTERMEDIATES} blocks in "
            "all"
        )


def check_levels(offsets: tuple[int, ...], min_level: object, max_level: object) -> None:
    """How far an intermediate may go from its level."""
    if not offsets or len(set(offsets)) != len(offsets):
        raise InvalidSpace(f"offsets {shown(offsets)}: give at least one, no repeats")
    if type(min_level) is not int or type(max_level) is not int:
        raise InvalidSpace(
            f"min_level {shown(min_level)}, max_level {shown(max_level)}: give whole numbers"
        )
    if not MIN_LEVEL <= min_level <= max_level <= MAX_LEVEL:
        raise InvalidSpace(
            f"min_level {shown(min_level)}, max_level {shown(max_level)}: stay within "
            f"{MIN_LEVEL} to {MAX_LEVEL}, the first not above the second"
        )


def check_window(window: object) -> None:
    """How far back an intermediate looks."""
    if window is not None and (type(window) is not int or window < NUM_STEM_FEATURES):
        raise InvalidSpace(
            f"window {shown(window)}: a block has two parents, so 2 or more, or None for no limit"
        )


def check_family(block_fns: tuple[str, ...], stem_levels: tuple[int, ...]) -> None:
    """Block types that one network may mix, and a stem of their kind."""
    if not set(block_fns) <= set(BLOCK_FNS):
        raise InvalidSpace(f"block_fns {shown(block_fns)}: choose from {BLOCK_FNS}")
    if not block_fns or len(set(block_fns)) != len(block_fns):
        raise InvalidSpace(f"block_fns {shown(block_fns)}: give at least one, no repeats")
    if "mbconv" in block_fns and len(block_fns) > 1:
        raise InvalidSpace(
            f"block_fns {shown(block_fns)}: give mbconv alone, or some of "
            f"{', '.join(REGULAR_BLOCK_FNS)}"
        )
    if "mbconv" in block_fns and stem_levels == DEFAULT_STEM_LEVELS:
        raise InvalidSpace(
            f"stem_levels {shown(stem_levels)}: MBConv blocks need a mobile stem, "
            f"{MOBILE_STEM_LEVELS}"
        )


def check_frame(
    block_fns: tuple[str, ...], stem_levels: tuple[int, ...], output_levels: tuple[int, ...]
) -> None:
    """Stem and outputs, as an architecture checks them."""
    if not all(MIN_LEVEL <= level <= MAX_LEVEL for level in output_levels):
        raise InvalidSpace(
            f"output_levels {shown(output_levels)}: stay within {MIN_LEVEL} to {MAX_LEVEL}"
        )
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
            f"level_order {shown(order)}: give the final levels of {budget.length} intermediates "
            f"that the budget {shown(dict(budget.budget))} reaches with the offsets "
            f"{shown(budget.offsets)}, then the levels of the outputs "
            f"{orders.output_levels} in any order"
        )
