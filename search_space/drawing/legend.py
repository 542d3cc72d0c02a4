"""What the colours and lines of the picture mean: only what this picture holds."""

from collections.abc import Iterable

from search_space.block import BLOCK_FNS
from search_space.drawing.element import element, label
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
Entry = tuple[str, Look, bool]  # name, look, whether the picture holds it


def draw_legend(entries: Iterable[Entry], y: float, note: str) -> str:
    """One row of samples with their names, from the left, and a note below."""
    x, parts = LEFT - 28, []
    for name, look, present in entries:
        if not present:
            continue
        if "fill" in look:
            parts.append(element("rect", x=x, y=y - 8, width=16.0, height=16.0, rx=3.0, **look))
        else:
            parts.append(element("line", x1=x, x2=x + 20, y1=y, y2=y, stroke_width=2.2, **look))
        parts.append(label(name, x + 26, y, text_anchor="start", font_size=12.0, fill=INK))
        x += 26 + CHARACTER * len(name) + 20
    parts.append(label(note, LEFT - 28, y + 22, text_anchor="start", font_size=11.0, fill=MUTED))
    return element("g", *parts)


def block_entries(*layouts: Layout) -> list[Entry]:
    """The types, outputs and dead blocks of these pictures."""
    boxes = [box for layout in layouts for box in layout.boxes]
    kinds = {box.kind for box in boxes if box.live}
    types: list[Entry] = [(name, {"fill": FILL[name]}, name in kinds) for name in BLOCK_FNS]
    dead: Look = {"fill": "white", "stroke": DEAD, "stroke_dasharray": "3 2"}
    return [
        *types,
        ("output", {"fill": "white", "stroke": INK, "stroke_width": 2.5}, True),
        ("not built", dead, not all(box.live for box in boxes)),
    ]


def edge_entries(layout: Layout) -> list[Entry]:
    """The kinds of edges of this picture."""
    rises = [edge.target.level - edge.source.level for edge in layout.edges if not edge.merged]
    merges: Look = {"stroke": MERGE, "stroke_dasharray": "6 4"}
    return [
        ("downsampled", {"stroke": EDGE_DOWN}, any(rise > 0 for rise in rises)),
        ("upsampled", {"stroke": EDGE_UP}, any(rise < 0 for rise in rises)),
        ("same level", {"stroke": EDGE_LEVEL}, 0 in rises),
        ("merged", merges, any(edge.merged for edge in layout.edges)),
    ]
