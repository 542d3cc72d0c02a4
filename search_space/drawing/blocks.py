"""A block as a rectangle with its feature index."""

from collections.abc import Sequence

from search_space.drawing.element import element, label
from search_space.drawing.layout import BLOCK_HEIGHT, Box
from search_space.drawing.palette import DEAD, FILL, INK, MUTED, PALE

HALO = 6.0  # how far a halo stands out
CAPTION_LINE = 11.0


def draw_block(box: Box, *, pale: bool = False, lit: bool = False) -> str:
    """A block; an output carries the name of its endpoint above it, and above its halo if lit."""
    fills, ink = (PALE, MUTED) if pale else (FILL, "white")
    look: dict[str, str | float] = {"fill": fills[box.kind], "stroke": "white", "stroke_width": 2}
    if not box.live:
        look = {"fill": "white", "stroke": DEAD, "stroke_width": 1.5, "stroke_dasharray": "3 2"}
        ink = MUTED
    elif box.is_output:
        look |= {"stroke": DEAD if pale else INK, "stroke_width": 3}
    parts = [_rectangle(box, 0, box.y, **look)]
    if box.feature >= 0:
        index = str(box.feature)
        parts.append(label(index, box.x, box.y, fill=ink, font_size=11.5, font_weight="bold"))
    if box.is_output:
        y = box.y - BLOCK_HEIGHT / 2 - HALO * lit - 10
        name = f"P{box.level}"
        colour = MUTED if pale else INK
        parts.append(label(name, box.x, y, fill=colour, font_size=13.0, font_weight="bold"))
    return element("g", *parts)


def draw_halo(box: Box, colour: str, rim: str) -> str:
    """A lit surround, to lie behind the block."""
    return _rectangle(box, HALO, box.y, fill=colour, stroke=rim, stroke_width=1.5)


def draw_ghost(box: Box, y: float, colour: str, gap: float) -> str:
    """The outline of a block at another height, and an arrow that ends so far before the block."""
    outline = _rectangle(box, 0, y, fill="none", stroke=colour, stroke_dasharray="4 3")
    down = 1 if y < box.y else -1
    start, end = y + down * BLOCK_HEIGHT / 2, box.y - down * (BLOCK_HEIGHT / 2 + HALO + 8 + gap)
    shaft = element("line", x1=box.x, x2=box.x, y1=start, y2=end, stroke=colour, stroke_width=1.6)
    head = element("path", d=f"M{box.x:.1f} {end + 7 * down:.1f}l-4 {-7 * down}h8z", fill=colour)
    return element("g", outline, shaft, head)


def draw_captions(box: Box, lines: Sequence[str], colour: str) -> str:
    """Lines under a block, readable over edges."""
    y = box.y + BLOCK_HEIGHT / 2 + HALO + 8
    # White around the letters, that edges may pass behind them: as a text of its own below the
    # other, for simple renderers know no paint-order.
    rim: dict[str, str | float] = {"stroke": "white", "stroke_width": 4, "stroke_linejoin": "round"}
    looks = ({"fill": "white", "aria_hidden": "true"} | rim, {"fill": colour})
    return "".join(
        label(line, box.x, y + CAPTION_LINE * place, font_size=9.5, font_weight="bold", **look)
        for look in looks
        for place, line in enumerate(lines)
    )


def _rectangle(box: Box, margin: float, y: float, **look: str | float) -> str:
    return element(
        "rect",
        x=box.x - box.width / 2 - margin,
        y=y - BLOCK_HEIGHT / 2 - margin,
        width=box.width + 2 * margin,
        height=BLOCK_HEIGHT + 2 * margin,
        rx=4.0 + margin / 2,
        **look,
    )
