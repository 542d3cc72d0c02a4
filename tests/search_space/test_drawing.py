import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_space import (
    SPINENET_49,
    Architecture,
    SpineNetSpace,
    draw_dot,
    draw_svg,
    draw_text,
    resolve,
    sequential_only,
)
from search_space.drawing.element import element, text
from search_space.drawing.layout import lay_out
from tests.search_space.architectures import R, block, five_outputs

SVG = "{http://www.w3.org/2000/svg}"
WITH_DEAD = Architecture((block(1, 0, 1, fn=R), *five_outputs(0, 1)))


def words(architecture: Architecture) -> list[str]:
    return [t.text or "" for t in ElementTree.fromstring(draw_svg(architecture)).iter(f"{SVG}text")]


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
    assert "not built" not in words(SPINENET_49)
    assert {"residual", "merged"}.isdisjoint(words(WITH_DEAD))
    assert "not built" in words(WITH_DEAD)


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


def test_nothing_lies_outside_the_picture() -> None:
    root = ElementTree.fromstring(draw_svg(SPINENET_49))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.attrib["x"]) >= 0 if "x" in rect.attrib else True
        assert float(rect.get("x", 0)) + float(rect.attrib["width"]) <= width
        assert float(rect.get("y", 0)) + float(rect.attrib["height"]) <= height


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
def test_the_dot_graph_has_the_graphs_edges(architecture: Architecture) -> None:
    edges = set(re.findall(r"f(\d+) -> f(\d+)", draw_dot(architecture)))
    nodes = resolve(architecture)
    assert edges == {(str(s), str(n.feature)) for n in nodes for s in n.parents + n.merged}


def test_the_dot_graph_marks_merges_and_dead_blocks() -> None:
    assert re.search(r"f11 -> f14 \[.*style=dashed", draw_dot(SPINENET_49))
    assert re.search(r"f2 \[.*fillcolor=white", draw_dot(WITH_DEAD))
