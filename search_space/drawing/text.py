"""An architecture as lines of text: a picture of the levels, then a table of the blocks."""

from collections.abc import Iterator

from search_space.architecture import Architecture
from search_space.block import BLOCK_FNS, NUM_STEM_FEATURES
from search_space.graph import resolve

CELL = 4
BRACKETS = {"bottleneck": "[]", "residual": "()", "mbconv": "<>"}
EARLIER = "s"  # in the place of an index: a stem block before feature 0, never a parent


def draw_text(architecture: Architecture) -> str:
    """Features from left to right in building order, levels from the top; then one row a block.

    In the picture [ ] is a bottleneck, ( ) a residual block, < > an MBConv block, * an output
    block; a block that reaches no output is bare, and s is a stem block before feature 0.
    """
    return _picture(architecture) + "\n" + _table(architecture)


def _picture(architecture: Architecture) -> str:
    cells = [
        (level, name.join(BRACKETS[architecture.stem_block_fn]))
        for name, level in _stem(architecture)
    ]
    for node in resolve(architecture):
        index = str(node.feature)
        text = index.join(BRACKETS[node.block_fn]) if node.live else index
        cells.append((node.level, text + "*" * node.is_output))
    width = max(CELL, max(len(text) for _, text in cells))
    lines = []
    for level in sorted({level for level, _ in cells}, reverse=True):
        row = "".join(f"{text if at == level else '':^{width}}" for at, text in cells)
        lines.append(f"L{level}  {row}".rstrip())
    return "\n".join(lines) + "\n"


def _stem(architecture: Architecture) -> Iterator[tuple[str, int]]:
    """Name and level of every block of the chain."""
    earlier = len(architecture.stem_levels) - NUM_STEM_FEATURES
    for place, level in enumerate(architecture.stem_levels):
        yield EARLIER if place < earlier else str(place - earlier), level


def _table(architecture: Architecture) -> str:
    lines = [_legend(architecture), "feature  level  type        parents  notes"]
    for name, level in _stem(architecture):
        lines.append(f"{name:>7}  L{level:<4}  {architecture.stem_block_fn:10}  {'':7}  stem")
    for node in resolve(architecture):
        notes = [f"output P{node.level}"] if node.is_output else []
        notes += [f"merges {feature}" for feature in node.merged]
        if not node.live:
            notes.append("reaches no output: not built")
        parents = ", ".join(map(str, node.parents))
        row = f"{node.feature:7}  L{node.level:<4}  {node.block_fn:10}  {parents:7}  "
        lines.append((row + ", ".join(notes)).rstrip())
    return "\n".join(lines) + "\n"


def _legend(architecture: Architecture) -> str:
    """The signs of this picture."""
    nodes = resolve(architecture)
    kinds = {architecture.stem_block_fn, *(node.block_fn for node in nodes if node.live)}
    signs = [f"{' '.join(BRACKETS[name])} {name}" for name in BLOCK_FNS if name in kinds]
    signs.append("* output")
    if not all(node.live for node in nodes):
        signs.append("bare: not built")
    if len(architecture.stem_levels) > NUM_STEM_FEATURES:
        signs.append(f"{EARLIER} stem before feature 0")
    return ", ".join(signs) + "\n"
