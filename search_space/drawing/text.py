"""An architecture as lines of text: a picture of the levels, then a table of the blocks."""

from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES
from search_space.graph import resolve

CELL = 4


def draw_text(architecture: Architecture) -> str:
    """Features from left to right in building order, levels from the top; then one row a block.

    In the picture [ ] is a bottleneck, ( ) a residual block, * an output block, and a block that
    reaches no output is bare.
    """
    return _picture(architecture) + "\n" + _table(architecture)


def _picture(architecture: Architecture) -> str:
    cells = {
        feature: (architecture.feature_level(feature), f"[{feature}]")
        for feature in range(NUM_STEM_FEATURES)
    }
    for node in resolve(architecture):
        left, right = "[]" if node.block_fn == "bottleneck" else "()"
        text = f"{left}{node.feature}{right}" if node.live else str(node.feature)
        cells[node.feature] = (node.level, text + "*" * node.is_output)
    width = max(CELL, max(len(text) for _, text in cells.values()))
    levels = sorted({level for level, _ in cells.values()}, reverse=True)
    lines = []
    for level in levels:
        row = "".join(f"{text if at == level else '':^{width}}" for at, text in cells.values())
        lines.append(f"L{level}  {row}".rstrip())
    return "\n".join(lines) + "\n"


def _table(architecture: Architecture) -> str:
    lines = ["feature  level  type        parents  notes"]
    for node in resolve(architecture):
        notes = [f"output P{node.level}"] if node.is_output else []
        notes += [f"merges {feature}" for feature in node.merged]
        if not node.live:
            notes.append("reaches no output: not built")
        parents = ", ".join(map(str, node.parents))
        row = f"{node.feature:7}  L{node.level:<4}  {node.block_fn:10}  {parents:7}  "
        lines.append((row + ", ".join(notes)).rstrip())
    return "\n".join(lines) + "\n"
