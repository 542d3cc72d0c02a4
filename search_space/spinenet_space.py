"""The space of scale-permuted networks of arXiv 1912.05027, section 3."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from search_space.architecture import Architecture
from search_space.block import BLOCK_FNS, MAX_LEVEL, MIN_LEVEL, NUM_STEM_FEATURES, BlockSpec
from search_space.errors import InvalidArchitecture, InvalidGenotype, InvalidSpace
from search_space.level_orders import LevelOrders
from search_space.mutation import mutate
from search_space.space import Decision, Genotype

MOST_INTERMEDIATES = 32  # counting their orders takes seconds there; the paper has 10
# R0-SP53's intermediates (arXiv 1912.05027 Table 1), where SpineNet-49's search started.
R0_SP53_INTERMEDIATES = MappingProxyType({2: 1, 3: 3, 4: 5, 5: 1})


@dataclass(frozen=True)
class SpineNetSpace:
    """Every order, wiring, level shift and type of a budget of blocks. Raises InvalidSpace.

    Decisions, in order: final level of every intermediate, level of every output, then for each
    block its type, first parent and second parent. Levels are the final ones (after the offset),
    under a mask that keeps a prefix open only while some permutation of the budget under some
    offsets begins with it: so a genotype and a block-spec list are one to one. `size` is exact
    and `nth` numbers the members, which makes `sample` uniform and small spaces enumerable.
    """

    intermediates: Mapping[int, int] = field(default_factory=lambda: R0_SP53_INTERMEDIATES)
    offsets: tuple[int, ...] = (-1, 0, 1, 2)
    block_fns: tuple[str, ...] = BLOCK_FNS
    window: int | None = 5  # an intermediate's parents are among so many features before it
    stem_levels: tuple[int, ...] = (2, 2)
    output_levels: tuple[int, ...] = (3, 4, 5, 6, 7)
    min_level: int = MIN_LEVEL
    max_level: int = MAX_LEVEL

    def __post_init__(self) -> None:
        budget = dict(sorted(self.intermediates.items()))
        object.__setattr__(self, "intermediates", MappingProxyType(budget))
        for name in ("offsets", "block_fns", "stem_levels", "output_levels"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        _check(self)

    def __hash__(self) -> int:
        return hash(self._arguments())

    def __reduce__(self) -> tuple[type["SpineNetSpace"], tuple[object, ...]]:
        return SpineNetSpace, (dict(self.intermediates), *self._arguments()[1:])

    @cached_property
    def orders(self) -> LevelOrders:
        """The level sequences open to the intermediates."""
        budget = tuple((level, number) for level, number in self.intermediates.items() if number)
        return LevelOrders(budget, self.offsets, self.min_level, self.max_level)

    @cached_property
    def num_blocks(self) -> int:
        """Intermediates and outputs."""
        return self.orders.length + len(self.output_levels)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Levels of intermediates, levels of outputs, then (type, parent, parent) of each block."""
        first_output = self.orders.length
        decisions = [
            Decision(
                f"level of block {position}",
                self.orders.levels if position < first_output else self.output_levels,
            )
            for position in range(self.num_blocks)
        ]
        for position in range(self.num_blocks):
            visible = tuple(self.visible(position))
            decisions += [
                Decision(f"type of block {position}", self.block_fns),
                Decision(f"first parent of block {position}", visible[:-1]),
                Decision(f"second parent of block {position}", visible[1:]),
            ]
        return tuple(decisions)

    @cached_property
    def size(self) -> int:
        """Number of members, exactly."""
        pairs = math.prod(len(pairs) for pairs in self._pairs)
        types = math.prod([len(self.block_fns)] * self.num_blocks)
        return self.orders.size * math.factorial(len(self.output_levels)) * types * pairs

    def visible(self, position: int) -> range:
        """Feature indices the block at this position may take: outputs see all earlier ones."""
        feature = NUM_STEM_FEATURES + position
        if self.window is None or position >= self.orders.length:
            return range(feature)
        return range(max(0, feature - self.window), feature)

    def nth(self, index: int) -> Genotype:
        """Member number `index`, 0 <= index < size; every member has one number."""
        if not 0 <= index < self.size:
            raise InvalidGenotype(f"member {index}: the space numbers its members 0 to size - 1")
        index, order = divmod(index, self.orders.size)
        levels = self.orders.nth(order)
        outputs = list(range(len(self.output_levels)))
        while outputs:
            index, place = divmod(index, len(outputs))
            levels.append(outputs.pop(place))
        for pairs in self._pairs:
            index, block_fn = divmod(index, len(self.block_fns))
            index, pair = divmod(index, len(pairs))
            levels += (block_fn, *pairs[pair])
        return tuple(levels)

    def sample(self, rng: np.random.Generator) -> Genotype:
        """Uniform over the members."""
        bits = self.size.bit_length()
        size_bytes = -(-bits // 8)
        while True:
            index = int.from_bytes(rng.bytes(size_bytes)) >> (8 * size_bytes - bits)
            if index < self.size:
                return self.nth(index)

    def legal(self, prefix: Genotype) -> NDArray[np.bool_]:
        """Mask over the next decision's choices. Raises InvalidGenotype."""
        if len(prefix) >= len(self.decisions):
            raise InvalidGenotype(
                f"a prefix of {len(prefix)} choices: nothing is left to decide, the space has "
                f"{len(self.decisions)} decisions"
            )
        if not self._is_legal(prefix):
            raise InvalidGenotype(self._complaint(prefix))
        return self._mask(prefix)

    def decode(self, genotype: Genotype) -> Architecture:
        """The architecture of a complete genotype. Raises InvalidGenotype."""
        if len(genotype) != len(self.decisions):
            raise InvalidGenotype(
                f"a genotype of {len(genotype)} choices: this space makes {len(self.decisions)}"
            )
        if not self._is_legal(genotype):
            raise InvalidGenotype(self._complaint(genotype))
        first_output, total = self.orders.length, self.num_blocks
        blocks = []
        for position, visible in enumerate(self._visible):
            is_output = position >= first_output
            levels = self.output_levels if is_output else self.orders.levels
            block_fn, first, second = genotype[total + 3 * position : total + 3 * position + 3]
            inputs = (visible[first], visible[second + 1])
            level = levels[genotype[position]]
            blocks.append(BlockSpec(level, self.block_fns[block_fn], inputs, is_output))
        return Architecture(tuple(blocks), self.stem_levels, self.output_levels)

    def encode(self, architecture: Architecture) -> Genotype:
        """Inverse of decode. Raises InvalidGenotype saying why it is not a member."""
        self._check_frame(architecture)
        first_output = self.orders.length
        levels: list[int] = []
        rest: list[int] = []
        for position, block in enumerate(architecture.blocks):
            choices = self.output_levels if position >= first_output else self.orders.levels
            visible = self._visible[position]
            if block.level not in choices:
                raise InvalidGenotype(f"block {position} has level {block.level}, not in {choices}")
            if block.block_fn not in self.block_fns:
                raise InvalidGenotype(
                    f"block {position} is a {block.block_fn}: this space has {self.block_fns}"
                )
            if len(block.inputs) != 2 or block.inputs[0] not in visible:
                raise InvalidGenotype(
                    f"block {position} takes {block.inputs}: a member's block takes two of the "
                    f"features {visible[0]} to {visible[-1]}"
                )
            first, second = block.inputs
            levels.append(choices.index(block.level))
            rest += self.block_fns.index(block.block_fn), first - visible[0], second - visible[1]
        if self.orders.state(levels[:first_output]) not in self.orders.completions:
            found = [block.level for block in architecture.blocks[:first_output]]
            raise InvalidGenotype(
                f"intermediate levels {sorted(found)}: the budget {dict(self.intermediates)} does "
                f"not reach them with the offsets {self.offsets}"
            )
        return (*levels, *rest)

    def mutate(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        """A member one small move away (see `mutation`), with another key."""
        return mutate(self, genotype, rng)

    @cached_property
    def _visible(self) -> tuple[range, ...]:
        return tuple(self.visible(position) for position in range(self.num_blocks))

    @cached_property
    def _pairs(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Per block the legal (first parent, second parent) choices."""
        return tuple(
            tuple((first, second - 1) for first, second in combinations(range(len(visible)), 2))
            for visible in self._visible
        )

    @cached_property
    def _widths(self) -> tuple[int, ...]:
        return tuple(len(decision.choices) for decision in self.decisions)

    def _is_legal(self, prefix: Genotype) -> bool:
        for choice, width in zip(prefix, self._widths, strict=False):
            if type(choice) is not int or not 0 <= choice < width:
                return False
        first_output, total = self.orders.length, self.num_blocks
        if self.orders.state(prefix[:first_output]) not in self.orders.completions:
            return False
        outputs = prefix[first_output:total]
        if len(set(outputs)) != len(outputs):
            return False
        seconds = prefix[total + 2 :: 3]
        return all(a <= b for a, b in zip(prefix[total + 1 :: 3], seconds, strict=False))

    def _mask(self, prefix: Genotype) -> NDArray[np.bool_]:
        at, first_output = len(prefix), self.orders.length
        mask = np.ones(self._widths[at], bool)
        if at < first_output:
            state = self.orders.state(prefix)
            mask[:] = [state + step in self.orders.completions for step in self.orders.steps]
        elif at < self.num_blocks:
            mask[list(prefix[first_output:])] = False
        elif (at - self.num_blocks) % 3 == 2:
            mask[: prefix[-1]] = False  # the second parent comes after the first
        return mask

    def _complaint(self, prefix: Genotype) -> str:
        at = next(i for i in range(len(prefix)) if not self._is_legal(prefix[: i + 1]))
        open_choices = np.flatnonzero(self._mask(prefix[:at])).tolist()
        name = self.decisions[at].name
        return f"{name} (decision {at}): choice {prefix[at]!r} is not one of {open_choices}"

    def _check_frame(self, architecture: Architecture) -> None:
        for name in ("stem_levels", "output_levels"):
            if getattr(architecture, name) != getattr(self, name):
                raise InvalidGenotype(
                    f"{name} {getattr(architecture, name)}: this space has {getattr(self, name)}"
                )
        outputs = [block.is_output for block in architecture.blocks]
        if outputs != [position >= self.orders.length for position in range(self.num_blocks)]:
            raise InvalidGenotype(
                f"{outputs.count(False)} intermediate blocks and {outputs.count(True)} outputs: "
                f"this space has {self.orders.length}, then {len(self.output_levels)} outputs"
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
        )


def _check(space: SpineNetSpace) -> None:
    for level, number in space.intermediates.items():
        if type(level) is not int or type(number) is not int or number < 0:
            raise InvalidSpace(
                f"intermediates {dict(space.intermediates)}: give {{level: number of blocks}}"
            )
    if sum(space.intermediates.values()) > MOST_INTERMEDIATES:
        raise InvalidSpace(
            f"intermediates {dict(space.intermediates)}: at most {MOST_INTERMEDIATES} blocks in all"
        )
    if not MIN_LEVEL <= space.min_level <= space.max_level <= MAX_LEVEL:
        raise InvalidSpace(
            f"levels {space.min_level} to {space.max_level}: stay within {MIN_LEVEL} to {MAX_LEVEL}"
        )
    if not set(space.block_fns) <= set(BLOCK_FNS):
        raise InvalidSpace(f"block types {space.block_fns}: choose from {BLOCK_FNS}")
    for name in ("offsets", "block_fns"):
        values = getattr(space, name)
        if not values or len(set(values)) != len(values):
            raise InvalidSpace(f"{name} {values}: give at least one, no repeats")
    if space.window is not None and space.window < NUM_STEM_FEATURES:
        raise InvalidSpace(
            f"window {space.window}: a block has two parents, so 2 or more, or None for no limit"
        )
    try:
        outputs = [BlockSpec(level, "bottleneck", (0, 1), True) for level in space.output_levels]
        Architecture(tuple(outputs), space.stem_levels, space.output_levels)
    except InvalidArchitecture as error:
        raise InvalidSpace(str(error)) from error
    _ = space.orders  # refuses a block that no offset keeps within the levels
