"""How large a space is, what is known of it, and what its members are like."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search_space.errors import InvalidGenotype, InvalidSpace
from search_space.graph import Node, resolve
from search_space.published import PUBLISHED
from search_space.spinenet_space import SpineNetSpace


@dataclass(frozen=True, slots=True)
class SpaceSummary:
    """Exact counts, and shares among `samples` uniform members or all. Raises InvalidSpace.

    A block is dangling if no block takes it as a parent and it is no output; unattached if no
    output's sum holds it either; dead if all that it leads to is unattached.
    """

    size: int  # block-spec lists
    naive_size: int  # encodings of them, see SpineNetSpace.naive_size
    members: tuple[str, ...]  # published networks in the space
    samples: int  # equal to size where all members were looked at
    share_dead_or_unattached: float  # of the samples: those with at least one such block
    mean_dangling_blocks: float  # a sample

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise InvalidSpace(f"{self.samples} samples: at least 1 is needed")

    @property
    def redundancy(self) -> float:
        """Encodings a member, on average."""
        return self.naive_size / self.size

    @property
    def share_standard_error(self) -> float:
        """Of share_dead_or_unattached: one binomial standard deviation, 0 where all were seen."""
        if self.samples == self.size:
            return 0.0
        share = self.share_dead_or_unattached
        return math.sqrt(share * (1 - share) / self.samples)


def summarize(space: SpineNetSpace, samples: int, rng: np.random.Generator) -> SpaceSummary:
    """A space of at most `samples` members is gone through whole. Raises InvalidSpace for 0."""
    if space.size <= samples:
        members = [space.unrank(index) for index in range(space.size)]
    else:
        members = [space.sample(rng) for _ in range(samples)]
    samples, drawn = len(members), [resolve(space.decode(member)) for member in members]
    # A dead block leads to an unattached one, or is one, and an unattached block is dead.
    dead = sum(not all(node.live for node in nodes) for nodes in drawn)
    dangling = sum(count_dangling(nodes) for nodes in drawn)
    return SpaceSummary(
        size=space.size,
        naive_size=space.naive_size,
        members=published_members(space),
        samples=samples,
        share_dead_or_unattached=dead / max(1, samples),
        mean_dangling_blocks=dangling / max(1, samples),
    )


def published_members(space: SpineNetSpace) -> tuple[str, ...]:
    """Names of the published networks that the space holds."""
    return tuple(name for name in PUBLISHED if _holds(space, name))


def count_dangling(nodes: Sequence[Node]) -> int:
    """Blocks, outputs aside, that no block takes as a parent, merged into an output or not."""
    used = {parent for node in nodes for parent in node.parents}
    return sum(not node.is_output and node.feature not in used for node in nodes)


def _holds(space: SpineNetSpace, name: str) -> bool:
    try:
        space.encode(PUBLISHED[name])
    except InvalidGenotype:
        return False
    return True
