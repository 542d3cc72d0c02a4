import re
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_space import (
    PUBLISHED,
    R0_SP53,
    R23_SP30,
    SPINENET_49,
    SPINENET_MOBILE,
    Architecture,
    SpineNetSpace,
    draw_dot,
    draw_svg,
    draw_text,
    resolve,
    sequential_only,
)
from search_space.difference import Difference, compare
from search_space.drawing import draw_difference_svg
from search_space.drawing.element import element, text
from search_space.drawing.layout import lay_out
from search_space.drawing.palette import FILL
from tests.search_space.architectures import R, block, five_outputs

SVG = "{http://www.w3.org/2000/svg}"
WITH_DEAD = Architecture((block(1, 0, 1, fn=R), *five_outputs(0, 1)))


def words(architecture: Architecture) -> list[str]:
    return words_in(draw_svg(architecture))


def words_in(svg: str) -> list[str]:
    return [t.text or "" for t in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def against(other: Architecture) -> Difference:
    return compare(SPINENET_49, other)


def extents(root: ElementTree.Element) -> Iterator[tuple[float, float, float, float]]:
    """Left, top, right, bottom of every rectangle, whatever groups it is moved with."""

    def walk(node: ElementTree.Element, down: float) -> Iterator[tuple[float, float, float, float]]:
        down += float(node.get("transform", "translate(0 0)").split()[1].rstrip(")"))
        if node.tag == f"{SVG}rect":
            x, y = float(node.get("x", 0)), down + float(node.get("y", 0))
            yield x, y, x + float(node.attrib["width"]), y + float(node.attrib["height"])
        for child in node:
            yield from walk(child, down)

    return walk(root, 0.0)


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_the_svg_of_any_member_is_well_formed_and_self_contained(seed: int) -> None:
    space = SpineNetSpace()
    svg = draw_svg(space.decode(space.sample(np.random.default_rng(seed))))
    assert ElementTree.fromstring(svg).tag == f"{SVG}svg"
    assert "href" not in svg


def test_every_feature_output_and_level_is_named() -> None:
    found = words(SPINENET_49)
    assert set(map(str, range(17))) <= set(found)
    assert {f"P{level}" for level in range(3, 8)} <= set(found)
    assert {f"L{level}" for level in range(2, 8)} <= set(found)


def test_the_legend_names_only_what_the_picture_holds() -> None:
    assert {"residual", "merged", "bottleneck"} <= set(words(SPINENET_49))
    dead = {"not built", "into a block not built"}
    assert dead.isdisjoint(words(SPINENET_49))
    assert {"residual", "merged"}.isdisjoint(words(WITH_DEAD))
    assert dead <= set(words(WITH_DEAD))
    assert dead <= set(words_in(draw_difference_svg(against(WITH_DEAD))))
    assert dead.isdisjoint(words_in(draw_difference_svg(against(R0_SP53))))


def test_blocks_lie_in_building_order_and_higher_levels_above() -> None:
    boxes = lay_out(SPINENET_49).boxes
    assert [box.x for box in boxes] == sorted(box.x for box in boxes)
    by_height = sorted(boxes, key=lambda box: box.y)
    assert [box.level for box in by_height] == sorted((b.level for b in boxes), reverse=True)


def test_more_channels_make_a_wider_block() -> None:
    boxes = lay_out(SPINENET_49).boxes
    assert boxes[3].width < boxes[4].width < boxes[5].width  # 256 residual, 512, 1024 channels


def test_every_edge_of_the_graph_is_drawn() -> None:
    edges = {(e.source.feature, e.target.feature, e.merged) for e in lay_out(SPINENET_49).edges}
    nodes = resolve(SPINENET_49)
    wanted = {(p, n.feature, False) for n in nodes for p in n.parents} | {(11, 14, True)}
    assert edges == wanted


@pytest.mark.parametrize("name", PUBLISHED)
def test_nothing_lies_outside_the_picture(name: str) -> None:
    for svg in (draw_svg(PUBLISHED[name]), draw_difference_svg(against(PUBLISHED[name]))):
        root = ElementTree.fromstring(svg)
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        for left, top, right, bottom in extents(root):
            assert left >= 0
            assert top >= 0
            assert right <= width
            assert bottom <= height


@pytest.mark.parametrize("architecture", [SPINENET_49, WITH_DEAD])
def test_the_legend_lies_in_the_picture_in_as_many_rows_as_it_needs(
    architecture: Architecture,
) -> None:
    for svg in (draw_svg(architecture), draw_difference_svg(compare(architecture, WITH_DEAD))):
        root = ElementTree.fromstring(svg)
        *names, note = root.findall(f"{SVG}g")[-1].iter(f"{SVG}text")
        assert float(note.attrib["y"]) + 6 <= float(root.attrib["height"])
        ends = [float(t.attrib["x"]) + 6.8 * len(t.text or "") for t in names]
        assert max(ends) <= float(root.attrib["width"])


def test_a_mobile_network_has_a_colour_brackets_and_legend_of_its_own() -> None:
    assert {"mbconv", "L1"} <= set(words(SPINENET_MOBILE))
    assert "bottleneck" not in words(SPINENET_MOBILE)
    assert FILL["mbconv"] in draw_svg(SPINENET_MOBILE)
    assert FILL["mbconv"] in draw_dot(SPINENET_MOBILE)
    picture = draw_text(SPINENET_MOBILE).split("\n\n")[0]
    assert sorted(map(int, re.findall(r"<(\d+)>", picture))) == list(range(18))


def test_a_longer_stem_is_drawn_as_a_chain_before_feature_0() -> None:
    stem = lay_out(R23_SP30).stem
    assert [box.level for box in stem] == [2, 2, 3, 3, 4, 4, 5]
    assert [box.feature for box in stem] == list(range(-5, 2))
    assert [box.x for box in stem] == sorted(box.x for box in stem)
    assert len([w for w in words(R23_SP30) if w.isdecimal()]) == 12  # features alone have numbers
    assert draw_text(R23_SP30).split("\n\n")[0].count("[s]") == 5
    assert "s5 -> f0" in draw_dot(R23_SP30)


def test_words_and_attributes_are_escaped() -> None:
    drawn = element("text", text("a < b & c"), fill='"><script>')
    parsed = ElementTree.fromstring(drawn)
    assert parsed.text == "a < b & c"
    assert parsed.attrib == {"fill": '"><script>'}


def test_the_text_shows_every_block_once_in_the_picture() -> None:
    picture = draw_text(SPINENET_49).split("\n\n")[0]
    assert sorted(map(int, re.findall(r"[\[(](\d+)[\])]", picture))) == list(range(17))
    assert picture.count("*") == 5
    assert "(3)" in picture


def test_the_text_tells_of_merged_and_dead_blocks() -> None:
    assert "merges 11" in draw_text(SPINENET_49)
    assert "not built" in draw_text(WITH_DEAD)


@pytest.mark.parametrize("architecture", [SPINENET_49, sequential_only(SPINENET_49)])
def test_the_dot_graph_has_the_graphs_and_the_stems_edges(architecture: Architecture) -> None:
    edges = set(re.findall(r"f(\d+) -> f(\d+)", draw_dot(architecture)))
    nodes = resolve(architecture)
    wanted = {(str(s), str(n.feature)) for n in nodes for s in n.parents + n.merged}
    assert edges == wanted | {("0", "1")}


def test_the_dot_graph_marks_merges_and_dead_blocks() -> None:
    assert re.search(r"f11 -> f14 \[.*style=dashed", draw_dot(SPINENET_49))
    assert re.search(r"f2 \[.*fillcolor=white", draw_dot(WITH_DEAD))


@given(st.text(st.characters(codec=None)))
def test_any_words_are_the_content_of_an_element(words: str) -> None:
    """Control characters and lone surrogates have no place in XML 1.0."""
    parsed = ElementTree.fromstring(element("text", text(words)))
    assert len((parsed.text or "").replace("\n", "")) <= len(words)


def test_what_xml_cannot_hold_is_shown_as_replaced() -> None:
    assert text("a\x00\x1b\ud800\uffffb\n<é😀") == "a\ufffd\ufffd\ufffd\ufffdb\n&lt;é😀"
