"""The differences of two architectures in words, for the text and for the picture."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES
from search_space.difference import BLOCK_KINDS, BlockPair, Difference

LONE = {"removed": "only in A", "added": "only in B"}


def summarize(difference: Difference) -> str:
    """One line: the same network or not, and how many things are different."""
    if difference.same_network:
        moved = sum(pair.moved and pair.first.live for pair in difference.pairs)
        if moved:
            blocks = "one block is" if moved == 1 else f"{moved} blocks are"
            return f"the same network: only {blocks} built at another place in the order"
        if difference.first == difference.second:
            return "the same network, block for block"
        return "the same network: they differ only in what reaches no output"
    counts = difference.changes
    parts = [f"{len(difference.changed)} of {len(difference.first.blocks)} blocks changed"]
    parts += [f"{counts[kind]} {words}" for kind, words in LONE.items() if kind in counts]
    parts += ["another stem"] if "stem" in counts else []
    found = [_counted(kind, counts[kind]) for kind in BLOCK_KINDS if kind in counts]
    return ", ".join(parts) + (": " + ", ".join(found) if found else "")


def describe(pair: BlockPair, levels: tuple[Mapping[int, int], Mapping[int, int]]) -> str:
    """What is different in one block, first -> second; levels by feature, of both."""
    return "; ".join(_phrases(pair, levels))


def tell_changes(difference: Difference) -> list[str]:
    """A line for each block that is different as built, its index in the first before it."""
    levels = feature_levels(difference.first), feature_levels(difference.second)
    lines = ["another stem"] if "stem" in difference.changes else []
    lines += [
        f"block {pair.first.feature}: {describe(pair, levels)}{'; moved' * pair.moved}"
        for pair in difference.changed
    ]
    lines += [f"block {node.feature} removed: L{node.level}" for node in difference.removed]
    return lines + [f"block {node.feature} added: L{node.level}" for node in difference.added]


def feature_levels(architecture: Architecture) -> dict[int, int]:
    """By feature index, those of the stem included."""
    features = range(NUM_STEM_FEATURES + len(architecture.blocks))
    return {feature: architecture.feature_level(feature) for feature in features}


def _counted(kind: str, number: int) -> str:
    if kind == "liveness":
        return f"{number} built in one alone"
    return f"{number} {kind}" + "s" * (number != 1)


def _phrases(pair: BlockPair, levels: tuple[Mapping[int, int], Mapping[int, int]]) -> Iterator[str]:
    first, second = pair.first, pair.second
    if first.level != second.level:
        yield f"level L{first.level} -> L{second.level}"
    if first.block_fn != second.block_fn:
        yield f"{first.block_fn} -> {second.block_fn}"
    if first.is_output != second.is_output:
        yield f"now output P{second.level}" if second.is_output else "no longer an output"
    if first.live != second.live:
        yield "now built" if second.live else "no longer built: reaches no output"
    for lost, gained in zip_longest(pair.lost_parents, pair.gained_parents):
        yield f"parent {_named(lost, levels[0])} -> {_named(gained, levels[1])}"
    for lost, gained in zip_longest(pair.lost_merged, pair.gained_merged):
        yield f"merge {_named(lost, levels[0])} -> {_named(gained, levels[1])}"


def _named(feature: int | None, levels: Mapping[int, int]) -> str:
    return "none" if feature is None else f"{feature} (L{levels[feature]})"
