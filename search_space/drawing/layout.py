"""Where the blocks and edges of a picture lie, in pixels: x is building order, y is level."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES
from search_space.graph import Node, resolve
from search_space.scale import BackboneScale

COLUMN, ROW = 58.0, 74.0
LEFT, TOP = 78.0, 64.0  # centre of the first block, were it on the highest level
BLOCK_HEIGHT = 34.0
PORT_GAP = 10.0  # between two parents' arrivals
UNSCALED = BackboneScale()
MOBILE_WIDENING = 3.0  # MBConv blocks have a ninth of the channels, and are as wide in the picture


@dataclass(frozen=True, slots=True)
class Box:
    """One block; x and y are its centre."""

    feature: int  # negative: a stem block before feature 0
    level: int
    kind: str  # "stem" or the block's type
    is_output: bool
    live: bool
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Edge:
    """From the right side of one box to the left side of another."""

    source: Box
    target: Box
    arrival: float  # y at the target
    merged: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """All of a picture; levels are highest first."""

    boxes: tuple[Box, ...]  # by feature
    edges: tuple[Edge, ...]  # of the resolved graph
    stem: tuple[Box, ...]  # the whole chain; its last two are features too
    levels: tuple[int, ...]

    @property
    def width(self) -> float:
        """From the picture's left end to a column beyond the last block."""
        return self.boxes[-1].x + COLUMN

    @property
    def bottom(self) -> float:
        """The y of the lowest level."""
        return self.level_y(min(self.levels))

    def level_y(self, level: int) -> float:
        """The y of a level."""
        return TOP + ROW * (max(self.levels) - level)


def lay_out(
    architecture: Architecture,
    columns: Mapping[int, int] | None = None,
    levels: Iterable[int] = (),
) -> Layout:
    """Boxes in building order with every edge of the resolved graph.

    columns: of features 0, 1, ..., from 0; the stem blocks before them stand to the left of 0.
    levels: rows to have beside those with blocks.
    """
    nodes = resolve(architecture)
    earlier = len(architecture.stem_levels) - NUM_STEM_FEATURES
    features = range(-earlier, NUM_STEM_FEATURES + len(nodes))
    rows = {*levels, *architecture.stem_levels, *(node.level for node in nodes)}
    if columns is None:
        columns = {feature: feature + earlier for feature in features if feature >= 0}
    boxes = []
    for feature in features:
        node = nodes[feature - NUM_STEM_FEATURES] if feature >= NUM_STEM_FEATURES else None
        level = node.level if node else architecture.stem_levels[feature - NUM_STEM_FEATURES]
        block_fn = node.block_fn if node else architecture.stem_block_fn
        column = columns[feature] if feature >= 0 else columns[0] + feature
        boxes.append(
            Box(
                feature=feature,
                level=level,
                kind=block_fn if node else "stem",
                is_output=node is not None and node.is_output,
                live=node is None or node.live,
                x=LEFT + COLUMN * column + (COLUMN / 3 if node else 0),
                y=TOP + ROW * (max(rows) - level),
                width=block_width(level, block_fn),
            )
        )
    stem, boxes = boxes[: len(architecture.stem_levels)], boxes[earlier:]
    edges = tuple(edge for node in nodes for edge in _edges(node, boxes))
    return Layout(tuple(boxes), edges, tuple(stem), tuple(sorted(rows, reverse=True)))


def block_width(level: int, block_fn: str) -> float:
    """Of a block's rectangle, in pixels: it grows with the root of its channels."""
    # The root keeps 1024 channels beside 128 in view.
    widening = MOBILE_WIDENING if block_fn == "mbconv" else 1
    return float(8 + widening * UNSCALED.channels(level, block_fn) ** 0.5)


def _edges(node: Node, boxes: Sequence[Box]) -> list[Edge]:
    """A block's arriving edges, highest source first, so that they do not cross at the block."""
    target = boxes[node.feature]
    sources = [(boxes[parent], False) for parent in node.parents]
    sources += [(boxes[merged], True) for merged in node.merged]
    sources.sort(key=lambda end: (end[0].y, end[0].x))
    gap = min(PORT_GAP, (BLOCK_HEIGHT - 8) / len(sources))
    middle = (len(sources) - 1) / 2
    return [
        Edge(source, target, target.y + gap * (place - middle), merged)
        for place, (source, merged) in enumerate(sources)
    ]
