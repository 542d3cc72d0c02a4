"""The space of scale-permuted networks of arXiv 1912.05027, section 3."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from search_space.architecture import DEFAULT_STEM_LEVELS, Architecture
from search_space.block import MAX_LEVEL, MIN_LEVEL, REGULAR_BLOCK_FNS, BlockSpec
from search_space.block_orders import BlockOrders, FixedOrder, SearchedOrders
from search_space.crossover import crossover
from search_space.errors import InvalidGenotype
from search_space.genotype_set import GenotypeSet
from search_space.level_orders import LevelOrders
from search_space.mutation import mutate
from search_space.parent_choices import ParentChoices
from search_space.shown import shown
from search_space.space import Decision, Genotype
from search_space.space_checks import (
    check_budget,
    check_family,
    check_frame,
    check_levels,
    check_order,
    check_sequence,
    check_window,
)

# R0-SP53's intermediates (arXiv 1912.05027 Table 1), where SpineNet-49's search started.
R0_SP53_INTERMEDIATES = MappingProxyType({2: 1, 3: 3, 4: 5, 5: 1})


@dataclass(frozen=True)
class SpineNetSpace:
    """Every order, wiring, level shift and type of a budget of blocks. Raises InvalidSpace.

    Decisions, in order: final level of every intermediate, level of every output, then for each
    block its type, first parent and second parent. Levels are the final ones (after the offset),
    under a mask that keeps a prefix open only while some permutation of the budget under some
    offsets begins with it: so a genotype and a block-spec list are one to one. `size` is exact
    and `unrank` numbers the members, which makes `sample` uniform and small spaces enumerable.
    """

    intermediates: Mapping[int, int] = field(default_factory=lambda: R0_SP53_INTERMEDIATES)
    offsets: tuple[int, ...] = (-1, 0, 1, 2)
    block_fns: tuple[str, ...] = REGULAR_BLOCK_FNS  # or mbconv alone, with a mobile stem
    window: int | None = 5  # an intermediate's parents are among so many features before it
    stem_levels: tuple[int, ...] = DEFAULT_STEM_LEVELS
    output_levels: tuple[int, ...] = (3, 4, 5, 6, 7)
    min_level: int = MIN_LEVEL
    max_level: int = MAX_LEVEL
    # Final levels of all blocks, outputs last, where only types and parents are searched.
    level_order: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        check_budget(self.intermediates)
        budget = dict(sorted(self.intermediates.items()))
        object.__setattr__(self, "intermediates", MappingProxyType(budget))
        for name in ("offsets", "block_fns", "stem_levels", "output_levels", "level_order"):
            value = getattr(self, name)
            if name != "level_order" or value is not None:
                check_sequence(name, value, str if name == "block_fns" else int)
                object.__setattr__(self, name, tuple(value))
        check_levels(self.offsets, self.min_level, self.max_level)
        check_window(self.window)
        check_family(self.block_fns, self.stem_levels)
        check_frame(self.block_fns, self.stem_levels, self.output_levels)
        searched = self._searched  # refuses a block that no offset keeps within the levels
        if self.level_order is not None:
            check_order(self.level_order, searched)

    def __hash__(self) -> int:
        return hash(self._arguments())

    def __reduce__(self) -> tuple[type["SpineNetSpace"], tuple[object, ...]]:
        return SpineNetSpace, (dict(self.intermediates), *self._arguments()[1:])

    @cached_property
    def orders(self) -> BlockOrders:
        """The levels open to the blocks, in building order."""
        return self._searched if self.level_order is None else FixedOrder(self.level_order)

    @cached_property
    def num_intermediates(self) -> int:
        """Blocks that are no outputs; they come first."""
        return self._searched.intermediates.length

    @cached_property
    def num_blocks(self) -> int:
        """Intermediates and outputs."""
        return self.num_intermediates + len(self.output_levels)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Levels of intermediates, levels of outputs, then (type, parent, parent) of each block."""
        return self._genotypes.decisions

    @property
    def size(self) -> int:
        """Number of members, exactly: each block-spec list counts once."""
        return self._genotypes.size

    @property
    def naive_size(self) -> int:
        """Number of encodings as the paper (section 3) and Google's released encoder have them.

        (N-K)! K! permutations of blocks that are told apart even at one level, the offsets of
        each intermediate that keep it within the levels, types, and pairs of parents.
        """
        return self._genotypes.naive_size

    def visible(self, position: int) -> range:
        """Feature indices the block at this position may take: outputs see all earlier ones."""
        return self._genotypes.parents.visible[position]

    def unrank(self, index: int) -> Genotype:
        """Member number `index`. Raises InvalidGenotype outside 0 <= index < size."""
        return self._genotypes.unrank(index)

    def rank(self, genotype: Genotype) -> int:
        """Inverse of `unrank`: the number of a member. Raises InvalidGenotype."""
        return self._genotypes.rank(genotype)

    def sample(self, rng: np.random.Generator) -> Genotype:
        """Uniform over the members."""
        bits = self.size.bit_length()
        size_bytes = -(-bits // 8)
        while True:
            index = int.from_bytes(rng.bytes(size_bytes)) >> (8 * size_bytes - bits)
            if index < self.size:
                return self.unrank(index)

    def legal(self, prefix: Genotype) -> NDArray[np.bool_]:
        """Mask over the next decision's choices. Raises InvalidGenotype."""
        return self._genotypes.legal(prefix)

    def decode(self, genotype: Genotype) -> Architecture:
        """The architecture of a complete genotype. Raises InvalidGenotype."""
        self._genotypes.check(genotype)
        first_output, total = self.num_intermediates, self.num_blocks
        levels = self.orders.levels
        blocks = []
        for position, visible in enumerate(self._genotypes.parents.visible):
            block_fn, first, second = genotype[total + 3 * position : total + 3 * position + 3]
            inputs = (visible[first], visible[second + 1])
            level = levels[position][genotype[position]]
            is_output = position >= first_output
            blocks.append(BlockSpec(level, self.block_fns[block_fn], inputs, is_output))
        return Architecture(tuple(blocks), self.stem_levels, self.output_levels)

    def encode(self, architecture: Architecture) -> Genotype:
        """Inverse of decode. Raises InvalidGenotype saying why it is not a member."""
        if not isinstance(architecture, Architecture):
            raise InvalidGenotype(f"{shown(architecture)} is no Architecture: decode it first")
        self._check_frame(architecture)
        levels: list[int] = []
        rest: list[int] = []
        visibles = self._genotypes.parents.visible
        rows = zip(architecture.blocks, self.orders.levels, visibles, strict=True)
        for position, (block, choices, visible) in enumerate(rows):
            if block.level not in choices:
                raise InvalidGenotype(f"block {position} has level {block.level}, not in {choices}")
            if block.block_fn not in self.block_fns:
                raise InvalidGenotype(
                    f"block {position} is a {block.block_fn}: this space has {self.block_fns}"
                )
            if len(set(block.inputs)) != 2 or block.inputs[0] not in visible:
                raise InvalidGenotype(
                    f"block {position} takes {block.inputs}: a member's block takes two of the "
                    f"features {visible[0]} to {visible[-1]}"
                )
            first, second = block.inputs
            levels.append(choices.index(block.level))
            rest += self.block_fns.index(block.block_fn), first - visible[0], second - visible[1]
        if not self.orders.allows(levels):
            found = [block.level for block in architecture.blocks[: self.num_intermediates]]
            raise InvalidGenotype(
                f"intermediate levels {sorted(found)}: the budget "
                f"{shown(dict(self.intermediates))} does not reach them with the "
                f"offsets {shown(self.offsets)}"
            )
        return (*levels, *rest)

    def mutate(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        """A member one small move away (see `mutation`), with another key."""
        return mutate(self, genotype, rng)

    def crossover(self, first: Genotype, second: Genotype, rng: np.random.Generator) -> Genotype:
        """A member made of two (see `crossover`), with the key of neither."""
        return crossover(self, first, second, rng)

    @cached_property
    def _searched(self) -> SearchedOrders:
        budget = tuple((level, number) for level, number in self.intermediates.items() if number)
        reached = LevelOrders(budget, self.offsets, self.min_level, self.max_level)
        return SearchedOrders(reached, self.output_levels)

    @cached_property
    def _genotypes(self) -> GenotypeSet:
        parents = ParentChoices(self.num_intermediates, self.num_blocks, self.window)
        return GenotypeSet(self.orders, parents, self.block_fns)

    def _check_frame(self, architecture: Architecture) -> None:
        for name in ("stem_levels", "output_levels"):
            if getattr(architecture, name) != getattr(self, name):
                raise InvalidGenotype(
                    f"{name} {getattr(architecture, name)}: this space has {getattr(self, name)}"
                )
        outputs = [block.is_output for block in architecture.blocks]
        if outputs != [position >= self.num_intermediates for position in range(self.num_blocks)]:
            raise InvalidGenotype(
                f"{outputs.count(False)} intermediate blocks and {outputs.count(True)} outputs: "
                f"this space has {self.num_intermediates}, then {len(self.output_levels)} outputs"
            )

    def _arguments(self) -> tuple[object, ...]:
        """The constructor's arguments, hashable."""
        return (
            tuple(self.intermediates.items()),
            self.offsets,
            self.block_fns,
            self.window,
            self.stem_levels,
            self.output_levels,
            self.min_level,
            self.max_level,
            self.level_order,
        )
