"""Two architectures one over the other as a self-contained SVG, with what is different lit."""

from collections.abc import Sequence

from search_space.difference import Difference
from search_space.drawing.alignment import align_columns
from search_space.drawing.difference_panel import Panel, draw_panel, has_ghost
from search_space.drawing.difference_words import summarize
from search_space.drawing.element import document, element, label
from search_space.drawing.layout import lay_out
from search_space.drawing.legend import (
    ROW_HEIGHT,
    Entry,
    block_entries,
    dead_edge_entry,
    draw_legend,
    legend_rows,
)
from search_space.drawing.palette import (
    CHANGED,
    CHANGED_HALO,
    EDGE_SAME,
    GAINED,
    GAINED_HALO,
    INK,
    LOST,
    LOST_HALO,
)

HEAD, PANEL_HEAD, PANEL_FOOT, LEGEND_HEIGHT = 48.0, 20.0, 78.0, 44.0
NOTE = "a block has the same column in both pictures, unless it moved in the building order"


def draw_difference_svg(difference: Difference, names: tuple[str, str] = ("A", "B")) -> str:
    """The first above, the second below, in shared columns; what both have alike is pale.

    A lit block is another in level, type, output or liveness, or has no partner; a coloured edge
    is in one picture alone. An outline in the second shows the level that a block had in the first.
    """
    above, below = align_columns(difference)
    levels = lay_out(difference.first).levels + lay_out(difference.second).levels
    first = lay_out(difference.first, above, levels)
    second = lay_out(difference.second, below, levels)
    panels = (
        Panel(difference, first, False, LOST, LOST_HALO),
        Panel(difference.flipped(), second, True, GAINED, GAINED_HALO),
    )
    summary = summarize(difference)
    width = max(first.width, second.width)
    y, parts = HEAD, [_heading(f"A \N{RIGHTWARDS ARROW} B: {summary}", 24, 16)]
    for letter, name, panel in zip("AB", names, panels, strict=True):
        title = _heading(f"{letter}: {name}, key {panel.difference.first.key}", 10, 13)
        picture = element("g", *draw_panel(panel, width), transform=f"translate(0 {PANEL_HEAD:g})")
        parts.append(element("g", title, picture, transform=f"translate(0 {y:g})"))
        y += PANEL_HEAD + panel.layout.bottom + PANEL_FOOT
    rows = legend_rows(_entries(panels), width)
    parts.append(draw_legend(rows, y, NOTE))
    height = y + LEGEND_HEIGHT + ROW_HEIGHT * len(rows)
    return document(f"{names[0]} against {names[1]}: {summary}", width, height, parts)


def _heading(words: str, y: float, size: float) -> str:
    return label(words, 14, y, text_anchor="start", fill=INK, font_size=size, font_weight="bold")


def _entries(panels: Sequence[Panel]) -> list[Entry]:
    first, second = panels
    rims = {rim for panel in panels for _, rim in panel.lit.values()}
    ghosts = any(has_ghost(pair) for pair in first.difference.pairs)
    merges = any(
        edge.merged and edge.target.live for panel in panels for edge in panel.layout.edges
    )
    return [
        *block_entries(first.layout, second.layout),
        ("changed", {"fill": CHANGED_HALO, "stroke": CHANGED}, CHANGED in rims),
        ("its level in A", {"fill": "none", "stroke": CHANGED, "stroke_dasharray": "4 3"}, ghosts),
        ("only in A", {"fill": LOST_HALO, "stroke": LOST}, LOST in rims),
        ("only in B", {"fill": GAINED_HALO, "stroke": GAINED}, GAINED in rims),
        ("edge only in A", {"stroke": LOST}, bool(first.own_edges)),
        ("edge only in B", {"stroke": GAINED}, bool(second.own_edges)),
        ("in both", {"stroke": EDGE_SAME}, True),
        ("merged", {"stroke": INK, "stroke_dasharray": "6 4"}, merges),
        dead_edge_entry(EDGE_SAME, first.layout, second.layout),
    ]
