"""What lies behind the blocks: a line for every level, and the stem as a band with its chain."""

from itertools import pairwise

from search_space.drawing.blocks import draw_block
from search_space.drawing.edges import draw_edge
from search_space.drawing.element import element, label
from search_space.drawing.layout import COLUMN, LEFT, Edge, Layout
from search_space.drawing.palette import EDGE_STEM, GRID, INK, MUTED


def draw_grid(layout: Layout, width: float) -> list[str]:
    """A line and a name for every level up to this width, over a band behind the stem."""
    left, right = layout.stem[0].x - COLUMN / 2, layout.stem[-1].x + COLUMN / 2 + COLUMN / 6
    rows = [
        element(
            "rect",
            x=left,
            y=16.0,
            width=right - left,
            height=layout.bottom + 16,
            rx=8.0,
            fill="#f4f6f8",
        ),
        label("stem", (left + right) / 2, 32, fill=MUTED, font_size=12.0),
    ]
    for level in layout.levels:
        y = layout.level_y(level)
        start = LEFT - COLUMN / 2
        rows.append(
            element("line", x1=start, x2=width - 14, y1=y, y2=y, stroke=GRID, stroke_width=1)
        )
        rows.append(label(f"L{level}", 26, y, fill=INK, font_size=14.0, font_weight="bold"))
        rows.append(label(f"1/{2**level}", 26, y + 15, fill=MUTED, font_size=10.0))
    return rows


def draw_chain(layout: Layout, *, pale: bool = False) -> list[str]:
    """The stem's chain of edges, and its blocks before feature 0."""
    chain = [Edge(a, b, b.y, merged=False) for a, b in pairwise(layout.stem)]
    edges = [draw_edge(edge, layout.boxes, colour=EDGE_STEM) for edge in chain]
    return edges + [draw_block(box, pale=pale) for box in layout.stem if box.feature < 0]
