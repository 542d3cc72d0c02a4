"""The genotypes of a space of block-spec lists: their decisions, masks and numbers."""

import operator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search_space.architecture import Architecture
from search_space.block_orders import BlockOrders
from search_space.errors import InvalidGenotype
from search_space.parent_choices import ParentChoices
from search_space.shown import shown
from search_space.space import Decision, Genotype


@dataclass(frozen=True)
class GenotypeSet:
    """Every order with every wiring and every assignment of types, numbered from 0.

    A genotype holds the level of every block, then for each block its type, first parent and
    second parent.
    """

    orders: BlockOrders
    parents: ParentChoices
    block_fns: tuple[str, ...]

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """One a position of a genotype."""
        decisions = [
            Decision(f"level of block {position}", levels)
            for position, levels in enumerate(self.orders.levels)
        ]
        for position, features in enumerate(self.parents.visible):
            visible = tuple(features)
            decisions += [
                Decision(f"type of block {position}", self.block_fns),
                Decision(f"first parent of block {position}", visible[:-1]),
                Decision(f"second parent of block {position}", visible[1:]),
            ]
        return tuple(decisions)

    @cached_property
    def size(self) -> int:
        """Number of genotypes, exactly."""
        types: int = len(self.block_fns) ** self._num_blocks
        return self.orders.size * types * self.parents.size

    @property
    def naive_size(self) -> int:
        """The same product with the orders counted as in the paper."""
        return self.size // self.orders.size * self.orders.naive_size

    def unrank(self, index: int) -> Genotype:
        """Genotype number `index`, 0 <= index < size, in plain ints. Raises InvalidGenotype."""
        index = _whole(index)
        if not 0 <= index < self.size:
            raise InvalidGenotype(
                f"member {shown(index)}: the space numbers its members 0 to size - 1"
            )
        index, order = divmod(index, self.orders.size)
        choices = self.orders.unrank(order)
        for pairs in self.parents.pairs:
            index, block_fn = divmod(index, len(self.block_fns))
            index, pair = divmod(index, len(pairs))
            choices += (block_fn, *pairs[pair])
        return tuple(choices)

    def rank(self, genotype: Genotype) -> int:
        """Inverse of `unrank`. Raises InvalidGenotype."""
        self.check(genotype)
        total, index = self._num_blocks, 0
        for position in range(total - 1, -1, -1):
            block_fn, first, second = genotype[total + 3 * position : total + 3 * position + 3]
            pairs = self.parents.pairs[position]
            index = index * len(pairs) + pairs.index((first, second))
            index = index * len(self.block_fns) + block_fn
        return index * self.orders.size + self.orders.rank(genotype[:total])

    def legal(self, prefix: Genotype) -> NDArray[np.bool_]:
        """Mask over the next decision's choices. Raises InvalidGenotype."""
        _check_sequence(prefix)
        if len(prefix) >= len(self._widths):
            raise InvalidGenotype(
                f"a prefix of {len(prefix)} choices: nothing is left to decide, the space has "
                f"{len(self._widths)} decisions"
            )
        if not self._is_legal(prefix):
            raise InvalidGenotype(self._complaint(prefix))
        return self._mask(prefix)

    def check(self, genotype: Genotype) -> None:
        """Raises InvalidGenotype unless it is complete and legal, naming the first wrong choice."""
        _check_sequence(genotype)
        if len(genotype) != len(self._widths):
            raise InvalidGenotype(
                f"a genotype of {len(genotype)} choices: this space makes {len(self._widths)}"
            )
        if not self._is_legal(genotype):
            raise InvalidGenotype(self._complaint(genotype))

    @cached_property
    def _num_blocks(self) -> int:
        return self.parents.num_blocks

    @cached_property
    def _widths(self) -> tuple[int, ...]:
        return tuple(len(decision.choices) for decision in self.decisions)

    def _is_legal(self, prefix: Genotype) -> bool:
        for choice, width in zip(prefix, self._widths, strict=False):
            if type(choice) is not int or not 0 <= choice < width:
                return False
        total = self._num_blocks
        if not self.orders.allows(prefix[:total]):
            return False
        firsts, seconds = prefix[total + 1 :: 3], prefix[total + 2 :: 3]
        return all(a <= b for a, b in zip(firsts, seconds, strict=False))

    def _mask(self, prefix: Genotype) -> NDArray[np.bool_]:
        at = len(prefix)
        if at < self._num_blocks:
            return np.array(self.orders.open_after(prefix))
        mask = np.ones(self._widths[at], bool)
        if (at - self._num_blocks) % 3 == 2:
            mask[: prefix[-1]] = False  # the second parent comes after the first
        return mask

    def _complaint(self, prefix: Genotype) -> str:
        at = next(i for i in range(len(prefix)) if not self._is_legal(prefix[: i + 1]))
        open_choices = np.flatnonzero(self._mask(prefix[:at])).tolist()
        name, choice = self.decisions[at].name, prefix[at]
        plain = "" if type(choice) is int else "the plain ints "
        return f"{name} (decision {at}): choice {shown(choice)} is not one of {plain}{open_choices}"


def _whole(index: object) -> int:
    """A plain int, from numpy's as well; True is no number of a member."""
    try:
        if type(index) is not bool:
            return operator.index(index)  # type: ignore[arg-type]
    except TypeError:
        pass
    raise InvalidGenotype(f"member {shown(index)}: give a whole number, 0 to size - 1")


def _check_sequence(genotype: object) -> None:
    if not isinstance(genotype, tuple | list):
        way_out = (
            "encode it first" if isinstance(genotype, Architecture) else "give a tuple of ints"
        )
        raise InvalidGenotype(f"{shown(genotype)} is no genotype: {way_out}")
