"""The curves from block to block."""

from collections.abc import Iterator, Sequence
from itertools import product

from search_space.drawing.element import element
from search_space.drawing.layout import BLOCK_HEIGHT, Box, Edge
from search_space.drawing.palette import DEAD, EDGE_DOWN, EDGE_LEVEL, EDGE_UP, MERGE

ARC, ARC_PER_COLUMN = 30.0, 5.0  # rise of an edge over the blocks of its own level
BENDS = (0.55, 0.35, 0.75, 0.2, 0.95, 0.05)  # shares of an edge's length before and after its swing
ARROW = 5.0
CLEARANCE = 3.0
SAMPLES = tuple(step / 24 for step in range(1, 24))

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]  # a cubic Bezier curve


def draw_edge(
    edge: Edge, boxes: Sequence[Box], *, colour: str | None = None, width: float = 1.7
) -> str:
    """A curve with an arrowhead, dashed where a block is merged or the target is not built.

    Without a colour, it says whether the feature is made smaller or larger.
    """
    between = boxes[edge.source.feature + 1 : edge.target.feature]
    start, bend_out, bend_in, end = min(_curves(edge), key=lambda curve: _hits(curve, between))
    colour = colour or _colour(edge)
    dashes = {"stroke_dasharray": "6 4"} if edge.merged or not edge.target.live else {}
    line = element(
        "path",
        d=f"M{_at(start)}C{_at(bend_out)} {_at(bend_in)} {_at(end)}",
        fill="none",
        stroke=colour,
        stroke_width=width + 0.5 * edge.merged,
        **dashes,
    )
    tip = (end[0] + ARROW, end[1])
    return line + element("path", d=f"M{_at(tip)}l-7.5 -3.6v7.2z", fill=colour)


def _curves(edge: Edge) -> Iterator[Curve]:
    """Curves to choose from, the plainest first."""
    source, target = edge.source, edge.target
    start = (source.x + source.width / 2, source.y)
    end = (target.x - target.width / 2 - ARROW, edge.arrival)
    length = end[0] - start[0]
    columns = target.feature - source.feature
    if source.level == target.level and columns > 1:
        for side in (-1, 1):
            rise = side * (ARC + ARC_PER_COLUMN * columns)
            bend_out = (start[0] + length / 4, start[1] + rise)
            yield start, bend_out, (end[0] - length / 4, end[1] + rise), end
    else:
        for first, second in sorted(product(BENDS, BENDS), key=_strain):
            bend_out = (start[0] + first * length, start[1])
            yield start, bend_out, (end[0] - second * length, end[1]), end


def _strain(bends: tuple[float, float]) -> float:
    return sum(abs(bend - BENDS[0]) for bend in bends)


def _hits(curve: Curve, boxes: Sequence[Box]) -> int:
    """Sampled points of a curve that lie behind a block."""
    hits = 0
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve
    for t in SAMPLES:
        a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
        x = a * x0 + b * x1 + c * x2 + d * x3
        y = a * y0 + b * y1 + c * y2 + d * y3
        hits += sum(
            abs(x - box.x) < box.width / 2 + CLEARANCE
            and abs(y - box.y) < BLOCK_HEIGHT / 2 + CLEARANCE
            for box in boxes
        )
    return hits


def _colour(edge: Edge) -> str:
    if not edge.target.live:
        return DEAD
    if edge.merged:
        return MERGE
    rise = edge.target.level - edge.source.level
    return EDGE_DOWN if rise > 0 else EDGE_UP if rise < 0 else EDGE_LEVEL


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
