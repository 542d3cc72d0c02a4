import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from search_space import (
    MODEL_SIZES,
    R0_SP53,
    SPINENET_49,
    SPINENET_MOBILE,
    Architecture,
    BackboneScale,
    SpineNetSpace,
    backbone_cost,
)
from search_space.difference import Difference, compare
from search_space.drawing import draw_difference_svg, draw_difference_text
from search_space.drawing.alignment import align_columns
from search_space.drawing.palette import CHANGED, GAINED, LOST
from tests.search_space.architectures import R, block, five_outputs

SVG = "{http://www.w3.org/2000/svg}"
WITH_DEAD = Architecture((block(1, 0, 1, fn=R), *five_outputs(0, 1)))


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
