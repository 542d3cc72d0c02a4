import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_space import (
    SPINENET_49,
    BackboneScale,
    InvalidArchitecture,
    SpineNetSpace,
    backbone_cost,
    from_json,
    sequential_only,
    to_json,
)

# SPINENET_BLOCK_SPECS as tensorflow/models holds it: inputs unsorted, a sixteenth block at level 2.
OFFICIAL = """[
 [2, "bottleneck", [0, 1], false], [4, "residual", [0, 1], false],
 [3, "bottleneck", [2, 3], false], [4, "bottleneck", [2, 4], false],
 [6, "residual", [3, 5], false], [4, "bottleneck", [3, 5], false],
 [5, "residual", [6, 7], false], [7, "residual", [6, 8], false],
 [5, "bottleneck", [8, 9], false], [5, "bottleneck", [8, 10], false],
 [4, "bottleneck", [5, 10], true], [3, "bottleneck", [4, 10], true],
 [5, "bottleneck", [7, 12], true], [7, "bottleneck", [5, 14], true],
 [6, "bottleneck", [12, 14], true], [2, "bottleneck", [2, 13], true]
]"""


@given(st.integers(0, 2**32))
def test_json_brings_every_architecture_back(seed: int) -> None:
    space = SpineNetSpace(stem_levels=(2, 3, 4), output_levels=(4, 5))
    architecture = space.decode(space.sample(np.random.default_rng(seed)))
    assert from_json(to_json(architecture)) == architecture


def test_json_brings_a_one_parent_network_back() -> None:
    damaged = sequential_only(SPINENET_49)
    assert from_json(to_json(damaged)) == damaged


def test_the_official_list_without_its_level_2_output_is_spinenet_49() -> None:
    assert from_json(json.dumps(json.loads(OFFICIAL)[:15])) == SPINENET_49


def test_the_output_levels_of_a_bare_list_are_those_of_its_output_blocks_from_3_to_7() -> None:
    architecture = from_json(OFFICIAL)
    assert architecture.output_levels == (3, 4, 5, 6, 7)
    assert architecture.blocks[:15] == SPINENET_49.blocks


def test_the_official_list_of_16_blocks_is_spinenet_49_in_key_and_cost() -> None:
    """tensorflow/models: its level-2 output is left out by min_level 3."""
    official = from_json(OFFICIAL)
    assert official.key == SPINENET_49.key
    assert backbone_cost(official, BackboneScale(), 640) == (
        backbone_cost(SPINENET_49, BackboneScale(), 640)
    )


@pytest.mark.parametrize("levels", [(4, 5, 6), (3,), (1, 2)])
def test_a_bare_list_may_have_fewer_outputs(levels: tuple[int, ...]) -> None:
    rows = [[level, "residual", [1, 0], True] for level in levels]
    assert from_json(json.dumps(rows)).output_levels == levels


def test_inputs_in_any_order_are_the_same() -> None:
    assert from_json(OFFICIAL.replace("[12, 14]", "[14, 12]")) == from_json(OFFICIAL)


def edited(**changes: object) -> str:
    document = json.loads(to_json(SPINENET_49))
    document["blocks"][3] |= changes
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("7", "no block specs"),
        ("{}", "no block specs"),
        ("[[2, 3]]", "block 0 has 2 entries"),
        ("[7]", "block 0 is 7"),
        ('[{"level": 3}]', "block 0 lacks block_fn"),
        (edited(level="4"), "block 3: block level '4'"),
        (edited(level=None), "block 3: block level None"),
        (edited(block_fn=["x"]), "block 3: block type"),
        (edited(inputs=7), "block 3 has inputs 7"),
        (edited(inputs=[0, "1"]), r"block 3 has inputs \[0, '1'\]: give .* two feature indices"),
        (edited(inputs=["0", 1]), r"block 3 has inputs \['0', 1\]: give .* two feature indices"),
        (edited(inputs=[{}, {}]), r"block 3 has inputs \[{}, {}\]: give .* two feature indices"),
        (edited(inputs=[None, 1.5]), "block 3 has inputs .*: give .* two feature indices"),
        (edited(inputs=[True, 0]), "block 3 has inputs .*: give .* two feature indices"),
        (edited(inputs=[0, 1, 2]), "block 3: block inputs"),
        (edited(is_output=1), "block 3: block is_output 1"),
        (edited(inptus=[0, 1]), "block 3 has an entry 'inptus'"),
        (edited(inputs=[0, 40]), "block 3.*only earlier features"),
        ('{"blocks": [], "stem_levels": 2}', "stem_levels is 2"),
        ('{"blocks": [], "stem_levels": [2, null]}', "stem levels"),
        ('{"blocks": [], "levels": [2]}', "the object has an entry 'levels'"),
        ('{"blocks": []}', "output level 3 has 0"),
    ],
)
def test_malformed_text_is_refused_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(InvalidArchitecture, match=reason) as refused:
        from_json(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        edited(block_fn="x" * 200_000),
        edited(inputs=list(range(200_000))),
        edited(inputs="x" * 200_000),
        edited(**{"x" * 200_000: 1}),
        json.dumps(["x" * 200_000]),
        json.dumps({"blocks": [], "stem_levels": "x" * 200_000}),
        json.dumps({"blocks": [], "output_levels": list(range(200_000))}),
    ],
    ids=["type", "inputs", "inputs of letters", "entry", "block", "stem_levels", "output_levels"],
)
def test_a_message_does_not_repeat_a_long_entry(text: str) -> None:
    with pytest.raises(InvalidArchitecture) as refused:
        from_json(text)
    assert len(str(refused.value)) < 300
