"""An architecture as a graph for Graphviz."""

from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES
from search_space.drawing.palette import DEAD, FILL, INK, MERGE
from search_space.graph import Node, resolve


def draw_dot(architecture: Architecture) -> str:
    """A digraph: edges solid from parents, dashed from blocks that an output merges."""
    lines = [
        "digraph architecture {",
        "  rankdir=LR;",
        f'  node [shape=box, style=filled, fontname="Helvetica", fontcolor=white, color="{INK}"];',
    ]
    for feature in range(NUM_STEM_FEATURES):
        label = f"stem {feature}\\nL{architecture.feature_level(feature)}"
        lines.append(f'  f{feature} [label="{label}", fillcolor="{FILL["stem"]}", penwidth=0];')
    nodes = resolve(architecture)
    lines += [_node(node) for node in nodes]
    for node in nodes:
        colour = INK if node.live else DEAD
        lines += [f'  f{p} -> f{node.feature} [color="{colour}"];' for p in node.parents]
        lines += [
            f'  f{m} -> f{node.feature} [color="{MERGE}", style=dashed];' for m in node.merged
        ]
    return "\n".join([*lines, "}"]) + "\n"


def _node(node: Node) -> str:
    label = f"{node.feature}\\nL{node.level} {node.block_fn}"
    if node.is_output:
        label += f"\\nP{node.level}"
    look = f'fillcolor="{FILL[node.block_fn]}", penwidth={3 if node.is_output else 0}'
    if not node.live:
        look = f'fillcolor=white, fontcolor="{DEAD}", color="{DEAD}", style="filled,dashed"'
    return f'  f{node.feature} [label="{label}", {look}];'
