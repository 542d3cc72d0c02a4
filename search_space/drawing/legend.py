"""What the colours and lines of the picture mean: only what this picture holds."""

from search_space.drawing.element import element, text
from search_space.drawing.layout import LEFT, Layout
from search_space.drawing.palette import (
    DEAD,
    EDGE_DOWN,
    EDGE_LEVEL,
    EDGE_UP,
    FILL,
    INK,
    MERGE,
    MUTED,
)

CHARACTER = 6.8  # mean width of one at 12 px
Look = dict[str, str | float]


def draw_legend(layout: Layout, y: float) -> str:
    """One row of samples with their names, from the left."""
    x, parts = LEFT - 28, []
    for name, look in _entries(layout):
        if "fill" in look:
            parts.append(element("rect", x=x, y=y - 8, width=16.0, height=16.0, rx=3.0, **look))
        else:
            parts.append(element("line", x1=x, x2=x + 20, y1=y, y2=y, stroke_width=2.2, **look))
        parts.append(
            element("text", text(name), x=x + 26, y=y, dy="0.35em", font_size=12, fill=INK)
        )
        x += 26 + CHARACTER * len(name) + 20
    note = "width of a block: channels; left to right: building order"
    parts.append(element("text", text(note), x=LEFT - 28, y=y + 22, font_size=11, fill=MUTED))
    return element("g", *parts)


def _entries(layout: Layout) -> list[tuple[str, Look]]:
    kinds = {box.kind for box in layout.boxes if box.live}
    rises = [edge.target.level - edge.source.level for edge in layout.edges if not edge.merged]
    entries: list[tuple[str, Look, bool]] = [
        ("bottleneck", {"fill": FILL["bottleneck"]}, "bottleneck" in kinds),
        ("residual", {"fill": FILL["residual"]}, "residual" in kinds),
        ("output", {"fill": "white", "stroke": INK, "stroke_width": 2.5}, True),
        ("not built", {"fill": "white", "stroke": DEAD, "stroke_dasharray": "3 2"},
         not all(box.live for box in layout.boxes)),
        ("downsampled", {"stroke": EDGE_DOWN}, any(rise > 0 for rise in rises)),
        ("upsampled", {"stroke": EDGE_UP}, any(rise < 0 for rise in rises)),
        ("same level", {"stroke": EDGE_LEVEL}, 0 in rises),
        ("merged", {"stroke": MERGE, "stroke_dasharray": "6 4"},
         any(edge.merged for edge in layout.edges)),
    ]  # fmt: skip
    return [(name, look) for name, look, present in entries if present]
