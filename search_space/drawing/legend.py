"""What the colours and lines of the picture mean: only what this picture holds."""

from collections.abc import Iterable, Sequence

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
SAMPLE, GAP = 26.0, 20.0  # width of a sample before its name, and between entries
START, ROW_HEIGHT = LEFT - 28, 22.0
Look = dict[str, str | float]
Entry = tuple[str, Look, bool]  # name, look, whether the picture holds it


def legend_rows(entries: Iterable[Entry], width: float) -> list[list[Entry]]:
    """The entries that the picture holds, in rows that fit into its width."""
    rows: list[list[Entry]] = [[]]
    end = START
    for entry in entries:
        if not entry[2]:
            continue
        if rows[-1] and end + _width(entry) > width:
            rows.append([])
            end = START
        rows[-1].append(entry)
        end += _width(entry) + GAP
    return rows


def draw_legend(rows: Sequence[Sequence[Entry]], y: float, note: str) -> str:
    """Rows of samples with their names, from the left, and a note below; y is the first row's."""
    parts = []
    for row in rows:
        x = START
        for entry in row:
            name, look, _ = entry
            if "fill" in look:
                parts.append(element("rect", x=x, y=y - 8, width=16.0, height=16.0, rx=3.0, **look))
            else:
                parts.append(element("line", x1=x, x2=x + 20, y1=y, y2=y, stroke_width=2.2, **look))
            parts.append(label(name, x + SAMPLE, y, text_anchor="start", font_size=12.0, fill=INK))
            x += _width(entry) + GAP
        y += ROW_HEIGHT
    parts.append(label(note, START, y, text_anchor="start", font_size=11.0, fill=MUTED))
    return element("g", *parts)


def _width(entry: Entry) -> float:
    return SAMPLE + CHARACTER * len(entry[0])


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
    built = [edge for edge in layout.edges if edge.target.live]
    rises = [edge.target.level - edge.source.level for edge in built if not edge.merged]
    merges: Look = {"stroke": MERGE, "stroke_dasharray": "6 4"}
    return [
        ("downsampled", {"stroke": EDGE_DOWN}, any(rise > 0 for rise in rises)),
        ("upsampled", {"stroke": EDGE_UP}, any(rise < 0 for rise in rises)),
        ("same level", {"stroke": EDGE_LEVEL}, 0 in rises),
        ("merged", merges, any(edge.merged for edge in built)),
        dead_edge_entry(DEAD, layout),
    ]


def dead_edge_entry(colour: str, *layouts: Layout) -> Entry:
    """The edges of this colour, dashed as they end at a block that is not built."""
    dead = any(not edge.target.live for layout in layouts for edge in layout.edges)
    return ("into a block not built", {"stroke": colour, "stroke_dasharray": "6 4"}, dead)
