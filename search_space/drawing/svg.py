"""An architecture as a self-contained SVG, in the manner of arXiv 1912.05027 Figure 4."""

from search_space.architecture import Architecture
from search_space.drawing.blocks import draw_block
from search_space.drawing.edges import draw_edge
from search_space.drawing.element import document
from search_space.drawing.grid import draw_chain, draw_grid
from search_space.drawing.layout import lay_out
from search_space.drawing.legend import (
    ROW_HEIGHT,
    block_entries,
    draw_legend,
    edge_entries,
    legend_rows,
)

LEGEND_HEIGHT = 104.0
NOTE = "width of a block: channels; left to right: building order"


def draw_svg(architecture: Architecture) -> str:
    """Blocks from left to right in building order, levels from the top, coarsest first.

    Colour is the type, width the channels; an outlined block is an output, a dashed edge a block
    merged by the dangling rule, a hollow block one that reaches no output, with dashed grey edges.
    Stem blocks before feature 0 have no number.
    """
    layout = lay_out(architecture)
    rows = legend_rows(block_entries(layout) + edge_entries(layout), layout.width)
    legend_y = layout.bottom + LEGEND_HEIGHT - 36
    width, height = layout.width, legend_y + 14 + ROW_HEIGHT * len(rows)
    title = f"Scale-permuted network of {len(architecture.blocks)} blocks, key {architecture.key}"
    parts = [
        *draw_grid(layout, width),
        *draw_chain(layout),
        *(draw_edge(edge, layout.boxes) for edge in layout.edges),
        *(draw_block(box) for box in layout.boxes),
        draw_legend(rows, legend_y, NOTE),
    ]
    return document(title, width, height, parts)
