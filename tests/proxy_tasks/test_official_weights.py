import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.errors import InvalidWeights
from proxy_tasks.layers import ConvNorm
from proxy_tasks.official_weights import LEAVES, load_official_weights, official_layers
from search_space import SPINENET_49
from search_space.block_specs import from_json
from search_space.scale import BackboneScale
from tests import official_adapter
from tests.proxy_tasks.official_walk import Row, official_walk, random_rows
from tests.proxy_tasks.test_official_parity import checker, fixtures

__all__ = ["checker"]
NARROW = BackboneScale(filter_scale=0.125, endpoint_filters=16)


def narrow_weights(seed: int) -> list[np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    rows = [[b.level, b.block_fn, list(b.inputs), b.is_output] for b in SPINENET_49.blocks]
    return [
        rng.uniform(0.5, 1, shape)
        for _, shape in official_walk(rows, 0.125, 0.5, 1, 16, range(3, 8))
    ]


def test_official_weights_give_the_official_endpoints(checker: Any, shared: Path) -> None:
    compared = 0
    for fixture in fixtures(checker, shared):
        arguments, rows = fixture.meta["official_arguments"], fixture.meta["block_specs"]
        scale = BackboneScale(
            arguments["filter_size_scale"],
            arguments["resample_alpha"],
            arguments["block_repeats"],
            arguments["endpoints_num_filters"],
        )
        backbone = SpineNetBackbone(
            from_json(json.dumps(rows)), scale, activation=arguments["activation"]
        ).eval()
        load_official_weights(backbone, list(fixture.weights.values()), rows)
        with torch.no_grad():
            found = backbone(torch.from_numpy(fixture.input))
        for level, wanted in fixture.endpoints.items():
            assert np.abs(found[level].numpy() - wanted).max() <= 1e-5 * np.abs(wanted).max()
            compared += 1
    assert compared >= 4


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_layers_are_those_of_an_independent_walk_of_the_official_rules(seed: int) -> None:
    """Random lists: both types, parents unsorted, dead blocks, levels 4 to 6, repeats, outputs."""
    rng = np.random.default_rng(seed)
    low, high = [(3, 7), (4, 6), (3, 5)][seed % 3]
    rows = random_rows(rng)
    repeats, width = int(rng.integers(1, 4)), float(rng.choice([0.125, 0.65]))
    with torch.device("meta"):
        model = official_adapter.project_build(rows, width, 0.5, repeats, "swish", 24, low, high)
    assert _shapes(model, rows) == official_walk(
        rows, width, 0.5, repeats, 24, range(low, high + 1)
    )


def test_the_official_list_of_16_blocks_leaves_its_level_2_output_out() -> None:
    rows = [[b.level, b.block_fn, list(b.inputs), b.is_output] for b in SPINENET_49.blocks]
    rows.append([2, "bottleneck", [2, 13], True])
    model = official_adapter.project_build(rows, 0.25, 0.5, 1, "relu", 64, 3, 7)  # type: ignore[arg-type]
    assert _shapes(model, rows) == official_walk(rows, 0.25, 0.5, 1, 64, range(3, 8))
    assert not any(name.startswith("block15") for name in official_layers(model, rows))


def test_a_list_without_the_outputs_that_nobody_asks_for_is_taken() -> None:
    rows: list[Row] = [
        (7, "residual", (0, 1), False),
        (4, "bottleneck", (2, 0), True),
        (5, "residual", (2, 1), True),
        (6, "bottleneck", (4, 2), True),
    ]
    model = official_adapter.project_build(rows, 0.25, 0.5, 2, "swish", 32, 4, 6)
    assert _shapes(model, rows) == official_walk(rows, 0.25, 0.5, 2, 32, range(4, 7))
    maps = official_adapter.project_run(model.eval(), torch.zeros(1, 3, 128, 256))
    assert {level: tuple(y.shape[2:]) for level, y in maps.items()} == {
        4: (8, 16),
        5: (4, 8),
        6: (2, 4),
    }


def test_resample0_is_that_of_the_parent_that_the_official_row_names_first() -> None:
    rows = [[b.level, b.block_fn, list(b.inputs), b.is_output] for b in SPINENET_49.blocks]
    turned = [[level, fn, inputs[::-1], out] for level, fn, inputs, out in rows]
    backbone = SpineNetBackbone(SPINENET_49, NARROW)
    ours, theirs = official_layers(backbone, rows), official_layers(backbone, turned)
    assert ours["block2.resample0.reduce"] is theirs["block2.resample1.reduce"]
    assert list(theirs)[5] == "stem1.rep0.conv1"


def test_a_wrong_shape_is_refused_by_name_and_nothing_is_loaded() -> None:
    backbone = SpineNetBackbone(SPINENET_49, NARROW)
    before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
    weights = narrow_weights(0)
    weights[-5] = weights[-5].transpose(3, 2, 0, 1)
    wrong = r"endpoint\.7\.kernel: has shape \(16, 128, 1, 1\) where \(1, 1, 128, 16\) is wanted"
    with pytest.raises(InvalidWeights, match=wrong):
        load_official_weights(backbone, weights)
    assert all(torch.equal(before[n], t) for n, t in backbone.state_dict().items())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w[:-1], r"the first that lacks is endpoint\.7\.var"),
        (lambda w: [*w, w[-1]], "there are more than it has"),
        (lambda w: w[5:], r"array 0, stem\.conv\.kernel: has shape"),
        (lambda w: [np.array("x"), *w[1:]], r"stem\.conv\.kernel: holds <U1, not numbers"),
        (lambda w: [w[0] * np.nan, *w[1:]], r"stem\.conv\.kernel: holds values .* not finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused(change: Any, message: str) -> None:
    with pytest.raises(InvalidWeights, match=message):
        load_official_weights(SpineNetBackbone(SPINENET_49, NARROW), change(narrow_weights(0)))


def test_rows_of_another_network_are_refused() -> None:
    rows: list[Row] = [(2, "bottleneck", (0, 1), False), (3, "bottleneck", (0, 1), False)]
    with pytest.raises(InvalidWeights, match=r"row 1 of the block specs is \(3, 'bottleneck'"):
        official_layers(SpineNetBackbone(SPINENET_49, NARROW), rows)


def test_group_norm_has_no_place_for_official_statistics() -> None:
    backbone = SpineNetBackbone(SPINENET_49, NARROW, normalization="group_norm")
    with pytest.raises(InvalidWeights, match="normalised by GroupNorm"):
        load_official_weights(backbone, narrow_weights(0))


def _shapes(model: SpineNetBackbone, rows: Any) -> list[tuple[str, tuple[int, ...]]]:
    found = []
    for name, layer in official_layers(model, rows).items():
        assert isinstance(layer, ConvNorm)
        out, into, height, width = layer.conv.weight.shape
        kernel = (height, width, into, out)
        found += [(f"{name}.{leaf}", kernel if leaf == "kernel" else (out,)) for leaf in LEAVES]
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.astype(">f4"),
        lambda w: w.astype(np.longdouble),
        lambda w: w[..., ::-1][..., ::-1],
        lambda w: torch.tensor(w, requires_grad=True),
        lambda w: w.tolist(),
    ],
)
def test_every_type_of_numbers_gives_the_same_weights(change: Any) -> None:
    weights = narrow_weights(0)
    states = []
    for given_weights in (weights, iter([change(w) for w in weights])):
        backbone = SpineNetBackbone(SPINENET_49, NARROW)
        load_official_weights(backbone, given_weights)
        states.append(backbone.state_dict())
    assert all(torch.equal(t, states[1][name]) for name, t in states[0].items())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: [w[0] * 1e300, *w[1:]], r"stem\.conv\.kernel: .* not finite in float32"),
        (lambda w: [*w[:4], w[4] - 2, *w[5:]], r"array 4, stem\.conv\.var: .* is not negative"),
        (lambda w: [*w[:4], w[4] * 0 - 1e-6, *w[5:]], r"stem\.conv\.var: .* is not negative"),
        (lambda w: [[[1], [1, 2]], *w[1:]], r"stem\.conv\.kernel: is no array of numbers"),
        (lambda w: [None, *w[1:]], r"stem\.conv\.kernel: holds object, not numbers"),
        (lambda w: dict(enumerate(w)), "arrays are a dict: give a list"),
        (lambda w: None, "arrays are a NoneType: give a list"),
    ],
)
def test_what_is_no_list_of_finite_numbers_is_refused(change: Any, message: str) -> None:
    with pytest.raises(InvalidWeights, match=message):
        load_official_weights(SpineNetBackbone(SPINENET_49, NARROW), change(narrow_weights(0)))


@pytest.mark.parametrize(
    "rows", [5, "abc", ["abc"], [[3]], [5], [[3, "residual", 5]], [[3, "residual", ["0", 1]]]]
)
def test_rows_that_are_no_block_specs_are_refused(rows: Any) -> None:
    with pytest.raises(InvalidWeights, match="block specs"):
        official_layers(SpineNetBackbone(SPINENET_49, NARROW), rows)
