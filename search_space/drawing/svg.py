"""An architecture as a self-contained SVG, in the manner of arXiv 1912.05027 Figure 4."""

from search_space.architecture import Architecture
from search_space.drawing.edges import draw_edge
from search_space.drawing.element import element, text
from search_space.drawing.layout import BLOCK_HEIGHT, COLUMN, LEFT, Box, Layout, lay_out
from search_space.drawing.legend import draw_legend
from search_space.drawing.palette import DEAD, FILL, GRID, INK, MUTED

LEGEND_HEIGHT = 96.0


def draw_svg(architecture: Architecture) -> str:
    """Blocks from left to right in building order, levels from the top, coarsest first.

    Colour is the type, width the channels; an outlined block is an output, a dashed edge a block
    merged by the dangling rule, a hollow block one that reaches no output.
    """
    layout = lay_out(architecture)
    width, height = layout.width, layout.bottom + LEGEND_HEIGHT
    title = f"Scale-permuted network of {len(architecture.blocks)} blocks, key {architecture.key}"
    parts = [
        element("title", text(title)),
        element("rect", width=width, height=height, fill="white"),
        *_grid(layout),
        *(draw_edge(edge, layout.boxes) for edge in layout.edges),
        *(_block(box) for box in layout.boxes),
        draw_legend(layout, layout.bottom + LEGEND_HEIGHT - 24),
    ]
    return element(
        "svg",
        "\n" + "\n".join(parts) + "\n",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        font_family="Helvetica, Arial, sans-serif",
    )


def _grid(layout: Layout) -> list[str]:
    """A line and a name for every level, and a band behind the stem."""
    stem_right = layout.boxes[1].x + COLUMN / 2 + COLUMN / 6
    left = LEFT - COLUMN / 2
    rows = [
        element(
            "rect",
            x=left,
            y=16.0,
            width=stem_right - left,
            height=layout.bottom + 16,
            rx=8.0,
            fill="#f4f6f8",
        ),
        _words("stem", (left + stem_right) / 2, 32, fill=MUTED, font_size=12.0),
    ]
    for level in layout.levels:
        y = layout.level_y(level)
        rows.append(
            element("line", x1=left, x2=layout.width - 14, y1=y, y2=y, stroke=GRID, stroke_width=1)
        )
        rows.append(_words(f"L{level}", 26, y, fill=INK, font_size=14.0, font_weight="bold"))
        rows.append(_words(f"1/{2**level}", 26, y + 15, fill=MUTED, font_size=10.0))
    return rows


def _block(box: Box) -> str:
    """A block with its feature index; an output carries the name of its endpoint above it."""
    look: dict[str, str | float] = {"fill": FILL[box.kind], "stroke": "white", "stroke_width": 2}
    ink = "white"
    if not box.live:
        look = {"fill": "white", "stroke": DEAD, "stroke_width": 1.5, "stroke_dasharray": "3 2"}
        ink = MUTED
    elif box.is_output:
        look |= {"stroke": INK, "stroke_width": 3}
    shape = element(
        "rect",
        x=box.x - box.width / 2,
        y=box.y - BLOCK_HEIGHT / 2,
        width=box.width,
        height=BLOCK_HEIGHT,
        rx=4.0,
        **look,
    )
    index = _words(str(box.feature), box.x, box.y, fill=ink, font_size=11.5, font_weight="bold")
    if not box.is_output:
        return element("g", shape, index)
    y = box.y - BLOCK_HEIGHT / 2 - 10
    name = _words(f"P{box.level}", box.x, y, fill=INK, font_size=13.0, font_weight="bold")
    return element("g", shape, index, name)


def _words(words: str, x: float, y: float, **look: str | float) -> str:
    # dy, not dominant-baseline: few converters know the latter.
    return element("text", text(words), x=x, y=y, dy="0.35em", text_anchor="middle", **look)
