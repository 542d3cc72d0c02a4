"""What the moves between members may ask of a space."""

from typing import Protocol

from search_space.block_orders import BlockOrders
from search_space.space import SearchSpace


class BlockSpace(SearchSpace, Protocol):
    """A space of block-spec lists: intermediates first, then outputs.

    A genotype holds the level of every block, then the type and the two parents of every block.
    """

    @property
    def orders(self) -> BlockOrders:
        """The levels of the blocks, in building order."""
        ...

    @property
    def block_fns(self) -> tuple[str, ...]:
        """Types a block may have."""
        ...

    def visible(self, position: int) -> range:
        """Feature indices the block at this position may take as parents."""
        ...
