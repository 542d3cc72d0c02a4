"""A scale-permuted backbone as a value: which blocks, in which order, fed by which."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from search_space.block import MAX_LEVEL, MIN_LEVEL, NUM_STEM_FEATURES, BlockSpec
from search_space.errors import InvalidArchitecture
from search_space.identity import architecture_key
from search_space.shown import shown

# Level of the first stem block: after a 7x7/2 convolution and a 3x3/2 pool or, in a mobile network,
# after a 3x3/2 convolution alone.
STEM_LEVEL, MOBILE_STEM_LEVEL = 2, 1
DEFAULT_STEM_LEVELS, MOBILE_STEM_LEVELS = (2, 2), (1, 2)
# The largest space builds 32 intermediates and 7 outputs, the longest published stem has 11. With
# this bound the key of the most symmetric network takes half a second; it would grow to hours.
MOST_BLOCKS = MOST_STEM_BLOCKS = 64


@dataclass(frozen=True)
class Architecture:
    """Stem chain and scale-permuted blocks of one network. Raises InvalidArchitecture.

    Feature indices count the last two stem blocks as 0 and 1 and block i as 2 + i; a block
    takes only earlier features. Every output level has exactly one output block; an output block
    of another level merges what dangles there, as the official builder has it, but has no endpoint.
    A network is of MBConv blocks, stem included, or of bottlenecks and residual blocks: they
    resample differently.
    """

    blocks: tuple[BlockSpec, ...]
    stem_levels: tuple[int, ...] = DEFAULT_STEM_LEVELS  # a chain, never falling; mobile: (1, 2)
    output_levels: tuple[int, ...] = (3, 4, 5, 6, 7)  # contiguous, ascending

    def __post_init__(self) -> None:
        _check_output_levels(self.output_levels)
        _check_blocks(self.blocks)
        _check_family(self.blocks)
        _check_stem(self.stem_levels, MOBILE_STEM_LEVEL if self.is_mobile else STEM_LEVEL)
        _check_outputs(self.blocks, self.output_levels)

    @cached_property
    def key(self) -> str:
        """32 hex characters, equal for two architectures exactly when they build one network."""
        return architecture_key(self)

    @cached_property
    def is_mobile(self) -> bool:
        """Whether it is built of MBConv blocks (SpineNet-Mobile)."""
        return any(block.block_fn == "mbconv" for block in self.blocks)

    @property
    def stem_block_fn(self) -> str:
        """Type of every block of the stem."""
        return "mbconv" if self.is_mobile else "bottleneck"

    def feature_level(self, index: int) -> int:
        """Level of a feature: 0 and 1 the last two stem blocks, 2 + i block i."""
        if index < NUM_STEM_FEATURES:
            return self.stem_levels[index - NUM_STEM_FEATURES]
        return self.blocks[index - NUM_STEM_FEATURES].level

    def feature_block_fn(self, index: int) -> str:
        """Type of the block behind a feature: 0 and 1 the stem's, 2 + i block i's."""
        if index < NUM_STEM_FEATURES:
            return self.stem_block_fn
        return self.blocks[index - NUM_STEM_FEATURES].block_fn


def _check_stem(levels: tuple[int, ...], first: int) -> None:
    if type(levels) is not tuple or any(type(level) is not int for level in levels):
        raise InvalidArchitecture(f"stem levels {shown(levels)}: give a tuple of whole numbers")
    if len(levels) < NUM_STEM_FEATURES:
        raise InvalidArchitecture(
            f"stem levels {shown(levels)}: a stem has at least {NUM_STEM_FEATURES} blocks"
        )
    if len(levels) > MOST_STEM_BLOCKS:
        raise InvalidArchitecture(
            f"a stem of {len(levels)} blocks: at most {MOST_STEM_BLOCKS}, the longest published "
            "has 11"
        )
    steps = [after - before for before, after in pairwise(levels)]
    if levels[0] != first or levels[-1] > MAX_LEVEL or any(s not in (0, 1) for s in steps):
        raise InvalidArchitecture(
            f"stem levels {shown(levels)}: this stem starts at level {first}, rises by 0 or 1 a "
            f"block and ends at {MAX_LEVEL} at most"
        )


def _check_output_levels(levels: tuple[int, ...]) -> None:
    if (
        type(levels) is not tuple
        or not levels
        or any(type(level) is not int for level in levels)
        or levels != tuple(range(levels[0], levels[0] + len(levels)))
        or levels[0] < MIN_LEVEL
        or levels[-1] > MAX_LEVEL
    ):
        raise InvalidArchitecture(
            f"output levels {shown(levels)}: give contiguous ascending levels between "
            f"{MIN_LEVEL} and {MAX_LEVEL} in a tuple, such as (3, 4, 5, 6, 7)"
        )


def _check_blocks(blocks: tuple[BlockSpec, ...]) -> None:
    if type(blocks) is not tuple or any(type(block) is not BlockSpec for block in blocks):
        raise InvalidArchitecture(f"blocks {shown(blocks)}: give a tuple of BlockSpec")
    if len(blocks) > MOST_BLOCKS:
        raise InvalidArchitecture(
            f"a network of {len(blocks)} blocks: at most {MOST_BLOCKS}, stem not counted"
        )
    for position, block in enumerate(blocks):
        feature = NUM_STEM_FEATURES + position
        if block.inputs[-1] >= feature:
            raise InvalidArchitecture(
                f"block {position} (feature {feature}) takes feature {shown(block.inputs[-1])}: a "
                f"block takes only earlier features, 0 to {feature - 1}"
            )


def _check_family(blocks: tuple[BlockSpec, ...]) -> None:
    types = sorted({block.block_fn for block in blocks})
    if "mbconv" in types and len(types) > 1:
        raise InvalidArchitecture(
            f"block types {', '.join(types)}: MBConv blocks resample their parents in their own "
            "way, so a network has them alone or not at all"
        )


def _check_outputs(blocks: tuple[BlockSpec, ...], output_levels: tuple[int, ...]) -> None:
    found = [block.level for block in blocks if block.is_output]
    for level in output_levels:
        if found.count(level) != 1:
            raise InvalidArchitecture(
                f"output level {level} has {found.count(level)} output blocks: each of "
                f"{output_levels} needs exactly one"
            )
