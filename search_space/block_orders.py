"""The levels that the blocks of a network may have, in building order: searched, or given."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from search_space.level_orders import LevelOrders


class BlockOrders(Protocol):
    """A set of sequences of final levels, one level a block, outputs last.

    A sequence is written as choices: entry i is an index into `levels[i]`.
    """

    @property
    def levels(self) -> tuple[tuple[int, ...], ...]:
        """What each block's level is chosen among."""
        ...

    @property
    def size(self) -> int:
        """Number of sequences."""
        ...

    @property
    def naive_size(self) -> int:
        """How the paper counts them: its permutations times its level offsets (section 3)."""
        ...

    def unrank(self, index: int) -> list[int]:
        """The choices of sequence `index`, 0 <= index < size."""
        ...

    def rank(self, choices: Sequence[int]) -> int:
        """Inverse of `unrank`."""
        ...

    def allows(self, prefix: Sequence[int]) -> bool:
        """Whether some sequence begins with these choices, each within its levels."""
        ...

    def open_after(self, prefix: Sequence[int]) -> list[bool]:
        """Which choices the block after such a prefix has."""
        ...


@dataclass(frozen=True)
class SearchedOrders:
    """Intermediates in any order that their budget reaches, then the outputs in any order."""

    intermediates: LevelOrders
    output_levels: tuple[int, ...]

    @cached_property
    def levels(self) -> tuple[tuple[int, ...], ...]:
        outputs = [self.output_levels] * len(self.output_levels)
        return (*[self.intermediates.levels] * self.intermediates.length, *outputs)

    @cached_property
    def size(self) -> int:
        return self.intermediates.size * math.factorial(len(self.output_levels))

    @property
    def naive_size(self) -> int:
        return self.intermediates.naive_size * math.factorial(len(self.output_levels))

    def unrank(self, index: int) -> list[int]:
        index, order = divmod(index, self.intermediates.size)
        choices = self.intermediates.unrank(order)
        left = list(range(len(self.output_levels)))
        while left:
            index, place = divmod(index, len(left))
            choices.append(left.pop(place))
        return choices

    def rank(self, choices: Sequence[int]) -> int:
        first_output = self.intermediates.length
        left = list(range(len(self.output_levels)))
        index, radix = 0, 1
        for choice in choices[first_output:]:
            place = left.index(choice)
            index += place * radix
            radix *= len(left)
            left.pop(place)
        order = self.intermediates.rank(choices[:first_output])
        return index * self.intermediates.size + order

    def allows(self, prefix: Sequence[int]) -> bool:
        first_output = self.intermediates.length
        outputs = prefix[first_output:]
        state = self.intermediates.state(prefix[:first_output])
        return state in self.intermediates.completions and len(set(outputs)) == len(outputs)

    def open_after(self, prefix: Sequence[int]) -> list[bool]:
        first_output = self.intermediates.length
        if len(prefix) >= first_output:
            taken = prefix[first_output:]
            return [choice not in taken for choice in range(len(self.output_levels))]
        state, completions = self.intermediates.state(prefix), self.intermediates.completions
        return [state + step in completions for step in self.intermediates.steps]


@dataclass(frozen=True)
class FixedOrder:
    """One sequence, given: the hourglass and the fish of arXiv 1912.05027 Table 7."""

    order: tuple[int, ...]

    size = naive_size = 1

    @cached_property
    def levels(self) -> tuple[tuple[int, ...], ...]:
        return tuple((level,) for level in self.order)

    def unrank(self, index: int) -> list[int]:
        return [0] * len(self.order)

    def rank(self, choices: Sequence[int]) -> int:
        return 0

    def allows(self, prefix: Sequence[int]) -> bool:
        return True  # each choice is within its levels, which hold one

    def open_after(self, prefix: Sequence[int]) -> list[bool]:
        return [True]
