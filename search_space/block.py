"""One block of a scale-permuted network, as the official list of block specs writes it."""

from dataclasses import dataclass

from search_space.errors import InvalidArchitecture
from search_space.shown import shown

BLOCK_FNS = ("bottleneck", "residual", "mbconv")
REGULAR_BLOCK_FNS = BLOCK_FNS[:2]  # what SpineNet-49 was searched with
MIN_LEVEL, MAX_LEVEL = 1, 7  # a level-2 block shifted by -1 ... a level-5 block shifted by +2
NUM_STEM_FEATURES = 2  # only the last two stem blocks are ever parents (official code)


@dataclass(frozen=True, slots=True, order=True)
class BlockSpec:
    """Resolution, type and parents of one block. Raises InvalidArchitecture.

    Feature indices count the last two stem blocks as 0 and 1 and block i as 2 + i. Published
    networks have two different inputs; one alone is what `sequential_only` leaves, and one twice,
    through two resamples, is what the official builder makes of a list that says so.
    """

    level: int  # works at 1 / 2**level of the input, 1..7
    block_fn: str  # one of BLOCK_FNS
    inputs: tuple[int, ...]  # one or two feature indices, not falling
    is_output: bool = False  # merges dangling blocks, and has an endpoint if its level has one

    def __post_init__(self) -> None:
        if type(self.level) is not int or not MIN_LEVEL <= self.level <= MAX_LEVEL:
            raise InvalidArchitecture(
                f"block level {shown(self.level)}: a level is a whole number, {MIN_LEVEL} to "
                f"{MAX_LEVEL}"
            )
        if not isinstance(self.block_fn, str) or self.block_fn not in BLOCK_FNS:
            raise InvalidArchitecture(
                f"block type {shown(self.block_fn)}: a block is one of {', '.join(BLOCK_FNS)}"
            )
        if not _one_or_two_in_order(self.inputs):
            raise InvalidArchitecture(
                f"block inputs {shown(self.inputs)}: give one or two feature indices from 0, "
                "not falling, in a tuple"
            )
        if type(self.is_output) is not bool:
            raise InvalidArchitecture(f"block is_output {shown(self.is_output)}: say True or False")


def _one_or_two_in_order(inputs: object) -> bool:
    if type(inputs) is not tuple or not 1 <= len(inputs) <= 2:
        return False
    first, last = inputs[0], inputs[-1]
    return type(first) is int and type(last) is int and first >= 0 and first <= last
