"""Which earlier features every block may take as its two parents."""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from search_space.block import NUM_STEM_FEATURES


@dataclass(frozen=True)
class ParentChoices:
    """Pairs of parents, per block in building order; outputs see all earlier features.

    A pair is written as choices: indices into `visible[:-1]` and into `visible[1:]`, so that the
    second is never below the first.
    """

    num_intermediates: int
    num_blocks: int
    window: int | None  # an intermediate sees so many features before it; None: all

    @cached_property
    def visible(self) -> tuple[range, ...]:
        """Feature indices each block may take."""
        return tuple(self._visible(position) for position in range(self.num_blocks))

    @cached_property
    def pairs(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """The legal (first parent, second parent) choices of each block."""
        return tuple(
            tuple((first, second - 1) for first, second in combinations(range(len(visible)), 2))
            for visible in self.visible
        )

    @property
    def size(self) -> int:
        """Number of wirings: the paper's product of pairs."""
        return math.prod(len(pairs) for pairs in self.pairs)

    def _visible(self, position: int) -> range:
        feature = NUM_STEM_FEATURES + position
        if self.window is None or position >= self.num_intermediates:
            return range(feature)
        return range(max(0, feature - self.window), feature)
