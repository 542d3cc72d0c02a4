"""One of the two pictures of a difference: what is different lit, the rest pale."""

from collections.abc import Iterator
from dataclasses import dataclass

from search_space.block import NUM_STEM_FEATURES
from search_space.difference import BlockPair, Difference
from search_space.drawing.blocks import (
    CAPTION_LINE,
    draw_block,
    draw_captions,
    draw_ghost,
    draw_halo,
)
from search_space.drawing.edges import draw_edge
from search_space.drawing.grid import draw_chain, draw_grid
from search_space.drawing.layout import Box, Edge, Layout
from search_space.drawing.palette import CHANGED, CHANGED_HALO, EDGE_SAME

ALTERED = {"level", "type", "output", "liveness"}  # of the block itself, not of its edges
OWN_WIDTH = 2.4
ENDPOINT_NAME = 17.0  # height of an output's name


@dataclass(frozen=True, slots=True)
class Panel:
    """The picture of a difference's first architecture."""

    difference: Difference
    layout: Layout
    shows_past: bool  # what its blocks were in the other
    colour: str  # of blocks and edges that the other has not
    halo: str

    @property
    def own_edges(self) -> set[tuple[int, int, bool]]:
        """(source, target, merged) of the built edges that the other has not."""
        edges: set[tuple[int, int, bool]] = set()
        for pair in self.difference.pairs:
            if pair.first.live:
                edges |= {(parent, pair.first.feature, False) for parent in pair.lost_parents}
                edges |= {(merged, pair.first.feature, True) for merged in pair.lost_merged}
        for node in self.difference.removed:
            edges |= {(parent, node.feature, False) for parent in node.parents}
            edges |= {(merged, node.feature, True) for merged in node.merged}
        return edges

    @property
    def lit(self) -> dict[int, tuple[str, str]]:
        """Halo and rim of the blocks that are other blocks, by feature."""
        changed = {p.first.feature for p in self.difference.pairs if ALTERED & set(p.changes)}
        if self.difference.stems[0] != self.difference.stems[1]:
            changed |= {box.feature for box in self.layout.stem}
        lit = dict.fromkeys(changed, (CHANGED_HALO, CHANGED))
        return lit | {node.feature: (self.halo, self.colour) for node in self.difference.removed}


def draw_panel(panel: Panel, width: float) -> Iterator[str]:
    """The picture from back to front, with level lines of this width."""
    layout, lit, own = panel.layout, panel.lit, panel.own_edges
    pairs = {pair.first.feature: pair for pair in panel.difference.pairs}
    yield from draw_grid(layout, width)
    for box in [*layout.stem, *layout.boxes[NUM_STEM_FEATURES:]]:
        if box.feature in lit:
            yield draw_halo(box, *lit[box.feature])
    yield from draw_chain(layout, pale=0 not in lit)
    for edge in layout.edges:
        if _ends(edge) not in own:
            yield draw_edge(edge, layout.boxes, colour=EDGE_SAME)
    for edge in layout.edges:
        if _ends(edge) in own:
            yield draw_edge(edge, layout.boxes, colour=panel.colour, width=OWN_WIDTH)
    for box in layout.boxes:
        lines = list(_captions(pairs.get(box.feature), panel.shows_past))
        yield _ghost(panel, box, pairs.get(box.feature), len(lines))
        is_lit = box.feature in lit
        yield draw_block(box, pale=not is_lit, lit=is_lit)
        yield draw_captions(box, lines, CHANGED)


def _ends(edge: Edge) -> tuple[int, int, bool]:
    return edge.source.feature, edge.target.feature, edge.merged


def has_ghost(pair: BlockPair) -> bool:
    """Whether the second picture shows the level that the block had in the first."""
    return "level" in pair.changes and not pair.moved


def _ghost(panel: Panel, box: Box, pair: BlockPair | None, lines: int) -> str:
    if pair is None or not panel.shows_past or not has_ghost(pair):
        return ""
    below = pair.second.level < box.level
    gap = CAPTION_LINE * lines if below else ENDPOINT_NAME * box.is_output
    return draw_ghost(box, panel.layout.level_y(pair.second.level), CHANGED, gap)


def _captions(pair: BlockPair | None, shows_past: bool) -> Iterator[str]:
    """Lines under a block: where else it is and, in the later picture, what else it was."""
    if pair is None or not (pair.first.live or pair.second.live):
        return
    if not shows_past:
        if pair.moved:
            yield f"to {pair.second.feature}"
        return
    was = [pair.second.block_fn] if "type" in pair.changes else []
    if "level" in pair.changes and pair.moved:
        was.append(f"L{pair.second.level}")
    if "output" in pair.changes:
        was.append(f"P{pair.second.level}" if pair.second.is_output else "no output")
    if "liveness" in pair.changes:
        was.append("built" if pair.second.live else "not built")
    if pair.moved:
        yield f"was {pair.second.feature}"
    elif was:
        yield "was"
    yield from was
