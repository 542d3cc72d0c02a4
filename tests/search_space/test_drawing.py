import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_space import (
    MODEL_SIZES,
    PUBLISHED,
    R0_SP53,
    R23_SP30,
    SPINENET_49,
    SPINENET_MOBILE,
    Architecture,
    BackboneScale,
    SpineNetSpace,
    backbone_cost,
    draw_dot,
    draw_svg,
    draw_text,
    resolve,
    sequential_only,
)
from search_space.difference import Difference, compare
from search_space.drawing import draw_difference_svg, draw_difference_text
from search_space.drawing.alignment import align_columns
from search_space.drawing.element import element, text
from search_space.drawing.layout import lay_out
from search_space.drawing.palette import CHANGED, FILL, GAINED, LOST
from tests.search_space.architectures import R, block, five_outputs

SVG = "{http://www.w3.org/2000/svg}"
WITH_DEAD = Architecture((block(1, 0, 1, fn=R), *five_outputs(0, 1)))


def words(architecture: Architecture) -> list[str]:
    return words_in(draw_svg(architecture))


def words_in(svg: str) -> list[str]:
    return [t.text or "" for t in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def against(other: Architecture) -> Difference:
    return compare(SPINENET_49, other)


def with_block(position: int, **changes: object) -> Architecture:
    """SpineNet-49 with one block changed."""
    blocks = list(SPINENET_49.blocks)
    blocks[position] = replace(blocks[position], **changes)  # type: ignore[arg-type]
    return replace(SPINENET_49, blocks=tuple(blocks))


def drawn_edges(svg: str, colour: str) -> int:
    """Curves of a colour."""
    paths = ElementTree.fromstring(svg).iter(f"{SVG}path")
    return sum(path.get("stroke") == colour for path in paths)


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


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_the_svg_of_any_difference_is_well_formed_and_self_contained(seed: int) -> None:
    rng = np.random.default_rng(seed)
    space = SpineNetSpace()
    first, second = (space.decode(space.sample(rng)) for _ in range(2))
    svg = draw_difference_svg(compare(first, second), ("a <b>", '"c" & d'))
    assert ElementTree.fromstring(svg).tag == f"{SVG}svg"
    assert "href" not in svg


def test_words_over_edges_have_a_white_rim_that_any_renderer_draws_below_them() -> None:
    svg = draw_difference_svg(against(with_block(7, block_fn="bottleneck")))
    texts = list(ElementTree.fromstring(svg).iter(f"{SVG}text"))
    rim, word = [t for t in texts if t.text == "was"]
    assert (rim.get("stroke"), rim.get("fill")) == ("white", "white")
    assert (word.get("stroke"), word.get("fill")) == (None, CHANGED)
    assert [rim.get(name) for name in "xy"] == [word.get(name) for name in "xy"]
    assert "paint-order" not in svg


def test_both_pictures_of_a_difference_hold_every_feature() -> None:
    found = words_in(draw_difference_svg(against(R0_SP53)))
    assert all(found.count(str(feature)) == 2 for feature in range(17))


def test_only_what_is_different_is_lit() -> None:
    nothing = draw_difference_svg(against(SPINENET_49))
    assert not any(colour in nothing for colour in (LOST, GAINED, CHANGED))
    assert "the same network, block for block" in nothing


def test_a_rewired_parent_is_one_lit_edge_in_either_picture() -> None:
    svg = draw_difference_svg(against(with_block(8, inputs=(7, 9))))  # 10 had 8 and 9
    assert drawn_edges(svg, LOST) == drawn_edges(svg, GAINED) == 1
    assert CHANGED not in svg
    assert {"edge only in A", "edge only in B"} <= set(words_in(svg))


def test_a_changed_level_or_type_is_lit_and_told() -> None:
    level = words_in(draw_difference_svg(against(with_block(7, level=6))))
    assert {"changed", "its level in A"} <= set(level)
    assert "edge only in A" not in level
    fn = words_in(draw_difference_svg(against(with_block(7, block_fn="bottleneck"))))
    assert {"changed", "was", "residual"} <= set(fn)
    assert "its level in A" not in fn


def test_blocks_in_place_share_a_column_and_no_others_do() -> None:
    difference = against(R0_SP53)
    above, below = align_columns(difference)
    shared = {(p.first.feature, p.second.feature) for p in difference.pairs if not p.moved}
    assert {(a, b) for a in above for b in below if above[a] == below[b]} == shared | {
        (0, 0),
        (1, 1),
    }
    for columns in (above, below):
        assert [columns[f] for f in sorted(columns)] == sorted(set(columns.values()))


def test_the_text_of_a_difference_has_a_line_a_changed_block() -> None:
    text = draw_difference_text(against(with_block(8, inputs=(7, 9), level=4)), ("old", "new"))
    assert "1 of 15 blocks changed: 1 level, 1 parent" in text
    assert re.search(r"^~ +10 +10  level L5 -> L4; parent 8 \(L5\) -> 7 \(L4\)$", text, re.M)
    assert len(re.findall("^~", text, re.M)) == 1


def test_the_text_of_a_difference_tells_of_stems_and_lone_blocks() -> None:
    text = draw_difference_text(against(SPINENET_MOBILE))
    assert re.search(r"^- stem +bottleneck at L2, L2$", text, re.M)
    assert re.search(r"^\+ +stem  mbconv at L1, L2$", text, re.M)
    assert re.search(r"^\+ +2  L2 mbconv of 0 and 1$", text, re.M)


def test_the_text_of_a_difference_tells_what_both_cost() -> None:
    text = draw_difference_text(against(R0_SP53), ("first", "second"))
    cost = backbone_cost(SPINENET_49, BackboneScale(), 640)
    assert f"{cost.params / 1e6:.2f}M params  {cost.madds / 1e9:.2f}B multiply-adds" in text
    assert SPINENET_49.key in text
    assert R0_SP53.key in text


def test_a_cost_above_three_times_the_other_is_told_as_a_factor() -> None:
    found = draw_difference_text(compare(SPINENET_MOBILE, SPINENET_49))
    first, second = (backbone_cost(a, BackboneScale(), 640) for a in (SPINENET_MOBILE, SPINENET_49))
    assert f"params (x{second.params / first.params:.1f})" in found
    assert "with the widths of spinenet-49, 640 px" in found
    assert "%)" in draw_difference_text(compare(SPINENET_49, SPINENET_MOBILE))


def test_two_mobile_networks_are_told_at_spinenet_mobile_49s_size() -> None:
    size = MODEL_SIZES["spinenet-mobile-49"]
    cost = backbone_cost(SPINENET_MOBILE, size.backbone, size.image_size)
    found = draw_difference_text(compare(SPINENET_MOBILE, SPINENET_MOBILE))
    assert f"{cost.params / 1e6:.2f}M params  {cost.madds / 1e9:.2f}B multiply-adds" in found
    assert "with the widths of spinenet-mobile-49, 384 px" in found


def test_the_text_of_a_difference_explains_its_marks_where_it_has_any() -> None:
    found = draw_difference_text(against(R0_SP53))
    legend = found.splitlines()[-2:]
    assert all(mark in legend[0] for mark in "~>-+")
    assert "in A -> in B" in legend[1]
    assert "in A -> in B" not in draw_difference_text(against(SPINENET_49))


def test_merges_are_told_like_parents() -> None:
    found = draw_difference_text(against(R0_SP53))
    assert re.search(r"^~ +14 +14 .*; merge 11 \(L5\) -> none$", found, re.M)
    assert re.search(r"^~ +12 +13 .*; merge none -> 11 \(L4\)$", found, re.M)


def test_the_text_of_a_difference_says_when_only_the_order_is_another() -> None:
    blocks = list(SPINENET_49.blocks)
    blocks[10:12] = blocks[11], blocks[10]  # the outputs of levels 4 and 3
    renamed = {12: 13, 13: 12}
    blocks = [replace(b, inputs=tuple(sorted(renamed.get(f, f) for f in b.inputs))) for b in blocks]
    text = draw_difference_text(against(replace(SPINENET_49, blocks=tuple(blocks))))
    assert "the same network: only one block is built at another place in the order" in text
    assert len(re.findall("^>", text, re.M)) == 1


def test_the_text_of_a_difference_leaves_out_what_is_not_built() -> None:
    text = draw_difference_text(compare(WITH_DEAD, Architecture(five_outputs(0, 1))))
    assert "the same network: they differ only in what reaches no output" in text
    assert "not built, for no output depends on them: A 2" in text


@given(st.text(st.characters(codec=None)))
def test_any_words_are_the_content_of_an_element(words: str) -> None:
    """Control characters and lone surrogates have no place in XML 1.0."""
    parsed = ElementTree.fromstring(element("text", text(words)))
    assert len((parsed.text or "").replace("\n", "")) <= len(words)


def test_what_xml_cannot_hold_is_shown_as_replaced() -> None:
    assert text("a\x00\x1b\ud800\uffffb\n<é😀") == "a\ufffd\ufffd\ufffd\ufffdb\n&lt;é😀"
