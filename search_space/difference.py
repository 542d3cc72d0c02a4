"""What is different between two architectures, block by block."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES
from search_space.conv_cost import Cost
from search_space.correspondence import corresponding_blocks, stem_shift
from search_space.cost import backbone_cost
from search_space.errors import InvalidArchitecture
from search_space.graph import Node, built_stem_blocks, resolve
from search_space.model_sizes import MODEL_SIZES

# What can be different: the stem, whole blocks, and of a block in both its own entries.
BLOCK_KINDS = ("level", "type", "output", "parent", "merge", "liveness")
KINDS = ("stem", "removed", "added", *BLOCK_KINDS)


@dataclass(frozen=True, slots=True)
class BlockPair:
    """One block as it is in both; feature indices are the first's or the second's own."""

    first: Node
    second: Node
    lost_parents: tuple[int, ...]  # features of the first
    gained_parents: tuple[int, ...]  # features of the second
    lost_merged: tuple[int, ...]
    gained_merged: tuple[int, ...]
    moved: bool  # not in its place among the blocks that kept their order

    @property
    def differs(self) -> bool:
        """Whether a built block is different; its place in the order does not count."""
        return bool(self.changes)

    @property
    def changes(self) -> dict[str, int]:
        """How many of BLOCK_KINDS are different; no zeros."""
        first, second = self.first, self.second
        if not (first.live or second.live):
            return {}
        counts = {
            "level": int(first.level != second.level),
            "type": int(first.block_fn != second.block_fn),
            "output": int(first.is_output != second.is_output),
            "parent": max(len(self.lost_parents), len(self.gained_parents)),
            "merge": max(len(self.lost_merged), len(self.gained_merged)),
            "liveness": int(first.live != second.live),
        }
        return {name: number for name, number in counts.items() if number}

    def flipped(self) -> "BlockPair":
        """The same with the two exchanged."""
        return BlockPair(
            self.second,
            self.first,
            self.gained_parents,
            self.lost_parents,
            self.gained_merged,
            self.lost_merged,
            self.moved,
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """Two architectures, with their blocks paired. Raises InvalidArchitecture."""

    first: Architecture
    second: Architecture
    pairs: tuple[BlockPair, ...]  # in the first's building order
    only_first: tuple[Node, ...]
    only_second: tuple[Node, ...]

    def __post_init__(self) -> None:
        pairs = self.pairs
        for architecture, paired, alone in (
            (self.first, [pair.first for pair in pairs], self.only_first),
            (self.second, [pair.second for pair in pairs], self.only_second),
        ):
            found = sorted([*paired, *alone], key=lambda node: node.feature)
            if tuple(found) != resolve(architecture):
                raise InvalidArchitecture(
                    "a difference names every block of both architectures once: make it by compare"
                )

    @property
    def same_network(self) -> bool:
        """Whether both build one network: then nothing built is different but the order."""
        return self.first.key == self.second.key

    @property
    def changed(self) -> tuple[BlockPair, ...]:
        """Pairs that are different as built."""
        return tuple(pair for pair in self.pairs if pair.differs)

    @property
    def removed(self) -> tuple[Node, ...]:
        """Built blocks of the first alone."""
        return tuple(node for node in self.only_first if node.live)

    @property
    def added(self) -> tuple[Node, ...]:
        """Built blocks of the second alone."""
        return tuple(node for node in self.only_second if node.live)

    @property
    def stems(self) -> tuple[tuple[str, tuple[int, ...]], tuple[str, tuple[int, ...]]]:
        """Type and levels of the stem blocks that each builds."""
        return _stem(self.first), _stem(self.second)

    @property
    def changes(self) -> dict[str, int]:
        """How many of KINDS are different; no zeros, so nothing if they are one network."""
        counts = dict.fromkeys(KINDS, 0)
        counts |= {"removed": len(self.removed), "added": len(self.added)}
        counts["stem"] = int(self.stems[0] != self.stems[1])
        for pair in self.pairs:
            for name, number in pair.changes.items():
                counts[name] += number
        return {name: number for name, number in counts.items() if number}

    @property
    def size_name(self) -> str:
        """Whose widths and image size, of MODEL_SIZES, costs are told at.

        SpineNet-49's unless both are of MBConv blocks.
        """
        mobile = self.first.is_mobile and self.second.is_mobile
        return "spinenet-mobile-49" if mobile else "spinenet-49"

    @property
    def costs(self) -> tuple[Cost, Cost]:
        """Of both backbones at the size of `size_name`."""
        size = MODEL_SIZES[self.size_name]
        return (
            backbone_cost(self.first, size.backbone, size.image_size),
            backbone_cost(self.second, size.backbone, size.image_size),
        )

    def flipped(self) -> "Difference":
        """The difference of the second to the first."""
        pairs = sorted((pair.flipped() for pair in self.pairs), key=lambda p: p.first.feature)
        return Difference(self.second, self.first, tuple(pairs), self.only_second, self.only_first)


def compare(first: Architecture, second: Architecture) -> Difference:
    """The structural difference; `compare(b, a)` is `compare(a, b).flipped()`.

    Blocks correspond as in `corresponding_blocks`: few differences, but not provably the fewest.
    """
    if _rank(second) < _rank(first):
        return compare(second, first).flipped()
    matched = corresponding_blocks(first, second)
    nodes = {node.feature: node for node in resolve(first)}
    others = {node.feature: node for node in resolve(second)}
    shift = stem_shift(first, second)
    images = {feature: feature + shift for feature in range(NUM_STEM_FEATURES)} | dict(matched)
    settled = _longest_rise([image for _, image in matched])
    pairs = [
        _pair(nodes[feature], others[image], images, image not in settled)
        for feature, image in matched
    ]
    return Difference(
        first,
        second,
        tuple(pairs),
        tuple(node for feature, node in nodes.items() if feature not in images),
        tuple(node for feature, node in others.items() if feature not in images.values()),
    )


def _rank(architecture: Architecture) -> tuple[object, ...]:
    return architecture.blocks, architecture.stem_levels, architecture.output_levels


def _stem(architecture: Architecture) -> tuple[str, tuple[int, ...]]:
    built = built_stem_blocks(architecture, resolve(architecture))
    return architecture.stem_block_fn, architecture.stem_levels[:built]


def _pair(first: Node, second: Node, images: Mapping[int, int], moved: bool) -> BlockPair:
    return BlockPair(
        first,
        second,
        *_lost_and_gained(first.parents, second.parents, images),
        *_lost_and_gained(first.merged, second.merged, images),
        moved,
    )


def _lost_and_gained(
    first: Iterable[int], second: Iterable[int], images: Mapping[int, int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    gained, lost = list(second), []
    for feature in first:
        image = images.get(feature)
        if image in gained:
            gained.remove(image)
        else:
            lost.append(feature)
    return tuple(lost), tuple(gained)


def _longest_rise(values: list[int]) -> set[int]:
    """The longest ascending subsequence of different numbers; of several the last to begin."""
    rises: list[list[int]] = [[]]
    for value in reversed(values):
        after = [rise for rise in rises if not rise or rise[0] > value]
        rises.append([value, *max(after, key=len)])
    longest = max(rises, key=len)
    return set(longest)
