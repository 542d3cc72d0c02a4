"""The orders of block levels that a budget of blocks and level offsets can reach, counted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from search_space.errors import InvalidSpace
from search_space.shown import shown

MOST_STATES = 250_000  # counted in half a second; the largest preset has 14,032


@dataclass(frozen=True)
class LevelOrders:
    """Sequences of FINAL levels, each once however many (permutation, offset) pairs give it.

    A sequence is reachable when its multiset of levels is: every block of the budget shifted
    by one of the offsets, none beyond the lowest or highest level (no clamping). Sequences are
    read through states: a state is the multiset of the levels placed so far, as one integer.
    Time and memory grow with the number of multisets: 7,362 and 15 ms in the default space. Raises
    InvalidSpace where there may be more than MOST_STATES.
    """

    budget: tuple[tuple[int, int], ...]  # (level, number of blocks) before the offsets
    offsets: tuple[int, ...]
    min_level: int
    max_level: int

    def __post_init__(self) -> None:
        for level, _ in self.budget:
            if not self._shifted(level):
                raise InvalidSpace(
                    f"a block of level {level} stays within {self.min_level} to {self.max_level} "
                    f"with none of the offsets {shown(self.offsets)}: add an offset or widen "
                    "the levels"
                )
        if (states := self.most_states) > MOST_STATES:
            raise InvalidSpace(
                f"intermediates {shown(dict(self.budget))} with offsets {shown(self.offsets)} have "
                f"up to {states:,} multisets of levels to count: at most {MOST_STATES:,}, so give "
                "fewer blocks, fewer offsets or fewer levels"
            )

    @cached_property
    def length(self) -> int:
        """Blocks in the budget, and so levels in a sequence."""
        return sum(number for _, number in self.budget)

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Levels that some sequence holds, ascending; choices are indices into it."""
        return tuple(sorted({final for level, _ in self.budget for final in self._shifted(level)}))

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """What each choice adds to a state."""
        return tuple((self.length + 1) ** choice for choice in range(len(self.levels)))

    @cached_property
    def completions(self) -> dict[int, int]:
        """Number of reachable sequences below every state that has any; the empty state is 0."""
        layer = dict.fromkeys(self._full_states(), 1)
        counts = dict(layer)
        radix = self.length + 1
        for _ in range(self.length):
            earlier: dict[int, int] = {}
            for state, number in layer.items():
                for step in self.steps:
                    if state // step % radix:
                        earlier[state - step] = earlier.get(state - step, 0) + number
            counts |= earlier
            layer = earlier
        return counts

    @property
    def size(self) -> int:
        """Number of reachable sequences."""
        return self.completions[0]

    @property
    def naive_size(self) -> int:
        """Number of (permutation, offsets) pairs, blocks of one level counted as different."""
        shifts = [len(self._shifted(level)) for level, number in self.budget for _ in range(number)]
        return math.factorial(self.length) * math.prod(shifts)

    def state(self, choices: Sequence[int]) -> int:
        """The multiset of these choices; a key of `completions` if some sequence begins so."""
        steps = self.steps
        return sum([steps[choice] for choice in choices])

    def unrank(self, index: int) -> list[int]:
        """The choices of sequence `index`, 0 <= index < size, in lexicographic order."""
        state, chosen = 0, []
        completions = self.completions
        for _ in range(self.length):
            for choice, step in enumerate(self.steps):
                number = completions.get(state + step, 0)
                if index < number:
                    chosen.append(choice)
                    state += step
                    break
                index -= number
        return chosen

    def rank(self, choices: Sequence[int]) -> int:
        """Inverse of `unrank`: how many sequences come before this one."""
        state, index = 0, 0
        for choice in choices:
            before = self.steps[:choice]
            index += sum([self.completions.get(state + step, 0) for step in before])
            state += self.steps[choice]
        return index

    def _shifted(self, level: int) -> list[int]:
        finals = (level + offset for offset in self.offsets)
        return [final for final in finals if self.min_level <= final <= self.max_level]

    @property
    def most_states(self) -> int:
        """At least the number of states, found at once.

        Multisets of at most `length` levels, each at most as often as blocks can reach it.
        """
        ways = [1] + [0] * self.length  # by how many levels they hold
        for final in self.levels:
            most = sum(number for level, number in self.budget if final - level in self.offsets)
            ways = [sum(ways[max(0, held - most) : held + 1]) for held in range(len(ways))]
        return sum(ways)

    def _full_states(self) -> set[int]:
        states = {0}
        step = dict(zip(self.levels, self.steps, strict=True))
        for level, number in self.budget:
            shifts = [step[final] for final in self._shifted(level)]
            for _ in range(number):
                states = {state + shift for state in states for shift in shifts}
        return states
