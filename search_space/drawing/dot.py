"""An architecture as a graph for Graphviz."""

from itertools import pairwise

from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES
from search_space.drawing.palette import DEAD, EDGE_STEM, FILL, INK, MERGE
from search_space.graph import Node, resolve


def draw_dot(architecture: Architecture) -> str:
    """A digraph: edges solid from parents, dashed from blocks that an output merges."""
    lines = [
        "digraph architecture {",
        "  rankdir=LR;",
        f'  node [shape=box, style=filled, fontname="Helvetica", fontcolor=white, color="{INK}"];',
    ]
    lines += _stem(architecture)
    nodes = resolve(architecture)
    lines += [_node(node) for node in nodes]
    for node in nodes:
        colour = INK if node.live else DEAD
        lines += [f'  f{p} -> f{node.feature} [color="{colour}"];' for p in node.parents]
        lines += [
            f'  f{m} -> f{node.feature} [color="{MERGE}", style=dashed];' for m in node.merged
        ]
    return "\n".join([*lines, "}"]) + "\n"


def _stem(architecture: Architecture) -> list[str]:
    """The whole chain; s1, s2, ... are the blocks before feature 0."""
    earlier = len(architecture.stem_levels) - NUM_STEM_FEATURES
    names = [f"s{place + 1}" for place in range(earlier)]
    names += [f"f{feature}" for feature in range(NUM_STEM_FEATURES)]
    look = f'fillcolor="{FILL["stem"]}", penwidth=0'
    lines = [
        f'  {name} [label="stem {name.removeprefix("f")}\\nL{level} {architecture.stem_block_fn}", '
        f"{look}];"
        for name, level in zip(names, architecture.stem_levels, strict=True)
    ]
    return lines + [f'  {a} -> {b} [color="{EDGE_STEM}"];' for a, b in pairwise(names)]


def _node(node: Node) -> str:
    label = f"{node.feature}\\nL{node.level} {node.block_fn}"
    if node.is_output:
        label += f"\\nP{node.level}"
    look = f'fillcolor="{FILL[node.block_fn]}", penwidth={3 if node.is_output else 0}'
    if not node.live:
        look = f'fillcolor=white, fontcolor="{DEAD}", color="{DEAD}", style="filled,dashed"'
    return f'  f{node.feature} [label="{label}", {look}];'
