import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save

from proxy_tasks.backbone_file import BackboneRecipe, load_backbone, save_backbone
from proxy_tasks.errors import InvalidRecipe, InvalidWeights, MissingExtra
from search_space import R0_SP53, SPINENET_49, Architecture, BlockSpec
from search_space.scale import BackboneScale
from tests.proxy_tasks.trained import NARROW, SMALL, trained

RECIPE = BackboneRecipe(SMALL, NARROW, activation="swish", max_level=3)


def drawn(recipe: BackboneRecipe, seed: int) -> bytes:
    return save_backbone(recipe.build(torch.Generator().manual_seed(seed)), recipe)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(drawn(RECIPE, 0))
    return path


def test_a_backbone_comes_back_with_its_recipe_and_all_its_weights(tmp_path: Path) -> None:
    backbone, recipe = trained(SMALL), BackboneRecipe(SMALL, NARROW)
    path = tmp_path / "trained"
    path.write_bytes(save_backbone(backbone, recipe))
    again, loaded = load_backbone(path)
    assert again == recipe
    state = loaded.state_dict()
    assert all(torch.equal(state[name], t) for name, t in backbone.state_dict().items())


def test_stems_levels_and_activation_come_back(file: Path) -> None:
    assert load_backbone(file)[0] == RECIPE


def test_equal_seeds_give_equal_files() -> None:
    assert drawn(RECIPE, 3) == drawn(RECIPE, 3) != drawn(RECIPE, 4)


def test_weights_of_another_architecture_are_refused(file: Path) -> None:
    message = f"architecture {SMALL.key[:8]}, not of {SPINENET_49.key[:8]}"
    with pytest.raises(InvalidWeights, match=message):
        load_backbone(file, SPINENET_49)


def test_the_same_network_in_another_order_takes_the_weights(tmp_path: Path) -> None:
    """Blocks 0 and 1 of this network are independent, so either may come first."""
    first, second = BlockSpec(3, "residual", (0, 1)), BlockSpec(4, "residual", (0, 1))
    rest = (BlockSpec(3, "bottleneck", (2, 3), True), BlockSpec(4, "bottleneck", (2, 3), True))
    one = Architecture((first, second, *rest), output_levels=(3, 4))
    other = Architecture((second, first, *rest), output_levels=(3, 4))
    path = tmp_path / "weights"
    path.write_bytes(drawn(BackboneRecipe(one, NARROW), 0))
    assert load_backbone(path, other)[0].architecture == one


def test_a_recipe_of_another_backbone_is_not_written() -> None:
    wider = replace(RECIPE, scale=BackboneScale(0.25))
    with pytest.raises(InvalidWeights, match=r"the backbone: stem\.conv\.conv\.weight has shape"):
        save_backbone(RECIPE.build(), wider)


def test_foreign_and_broken_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"nothing")
    with pytest.raises(InvalidWeights, match="no safetensors file"):
        load_backbone(path)
    path.write_bytes(save({"x": torch.zeros(1)}))
    with pytest.raises(InvalidWeights, match="does not say which backbone"):
        load_backbone(path)
    path.write_bytes(save({"x": torch.zeros(1)}, {"spinenas": '{"architecture": 3}'}))
    with pytest.raises(InvalidWeights, match=r"describes no backbone: .* it lacks scale"):
        load_backbone(path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"activation": "gelu"}, "activation is 'gelu': it is one of relu, swish"),
        ({"normalization": "none"}, "normalization is 'none'"),
        ({"min_level": 6, "max_level": 5}, "no output of the architecture"),
    ],
)
def test_a_recipe_that_cannot_be_built_is_refused(settings: dict, message: str) -> None:
    with pytest.raises(InvalidRecipe, match=message):
        BackboneRecipe(R0_SP53, **settings)


def test_without_safetensors_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors.torch", None)
    with pytest.raises(MissingExtra, match=r"pip install 'spinenas\[export\]'"):
        drawn(RECIPE, 0)


def changed(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the metadata of a file: what `change` returns, or the document that it changed."""
    with safe_open(file, "pt") as opened:
        document = json.loads(opened.metadata()["spinenas"])
        state = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    made = change(document)
    text = made if isinstance(made, str) else json.dumps(made or document)
    file.write_bytes(save(state, {"spinenas": text}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: "[" * 100_000, "it is no JSON"),
        (lambda d: "{", "it is no JSON"),
        (lambda d: "[]", r"it is \[\]: it is an object of architecture, scale"),
        (lambda d: "null", "it is None"),
        (lambda d: d.pop("activation") and d, "it lacks activation"),
        (lambda d: d.update(depth=3), "it has an entry 'depth'"),
        (lambda d: d.update(key="lies"), "key is 'lies', but that of its architecture"),
        (lambda d: d.update(architecture=5), "architecture: the text holds no block specs"),
        (lambda d: d.update(scale=None), "scale is None: it is an object of filter_scale"),
        (lambda d: d["scale"].update(zzz=1), "scale has an entry 'zzz'"),
        (lambda d: d["scale"].update(filter_scale="1"), "scale: filter_scale is '1'"),
        (lambda d: d["scale"].update(filter_scale=True), "scale: filter_scale is True"),
        (lambda d: d["scale"].update(stem_stride=4.0), "scale: stem_stride is 4.0"),
        (lambda d: d.update(activation=["relu"]), r"activation is \['relu'\]: it is one of"),
        (lambda d: d.update(min_level="3"), "min_level is '3': it is a whole number"),
        (lambda d: d.update(max_level=3.0), "max_level is 3.0: it is a whole number"),
        (lambda d: d.update(max_level=True), "max_level is True"),
    ],
)
def test_the_wrong_entry_of_the_metadata_is_named(
    change: Callable[[dict[str, Any]], object], message: str, file: Path
) -> None:
    changed(file, change)
    with pytest.raises(InvalidWeights, match=f"describes no backbone: .*{message}"):
        load_backbone(file)


def test_metadata_of_more_blocks_than_tensors_is_refused_at_once(file: Path) -> None:
    changed(file, lambda d: d["scale"].update(block_repeats=100_000))
    with pytest.raises(InvalidWeights, match=r"block_repeats 100000, but it holds .* tensors"):
        load_backbone(file)


def test_a_file_that_names_both_levels_is_read(file: Path) -> None:
    """As the first version wrote it, which knew no missing bound."""
    changed(file, lambda d: d.update(min_level=3, max_level=3))
    assert load_backbone(file)[0] == replace(RECIPE, min_level=3)


@pytest.mark.parametrize(
    ("ending", "change", "message"),
    [
        ("conv.weight", lambda t: t * torch.nan, "not finite"),
        ("conv.weight", lambda t: t / 0, "not finite"),
        ("conv.weight", lambda t: t.to(torch.int8), "holds int8 where float32 is wanted"),
        ("conv.weight", lambda t: t.double(), "holds float64 where float32 is wanted"),
        ("conv.weight", lambda t: t.to(torch.complex64), "holds complex64"),
        ("running_var", lambda t: t - 5, "a moving variance is not negative"),
        ("num_batches_tracked", lambda t: t.float(), "holds float32 where int64 is wanted"),
    ],
)
def test_tensors_that_no_backbone_has_are_refused(
    ending: str, change: Callable[[torch.Tensor], torch.Tensor], message: str, file: Path
) -> None:
    with safe_open(file, "pt") as opened:
        metadata = opened.metadata()
        state = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    name = next(name for name in state if name.endswith(ending))
    file.write_bytes(save({**state, name: change(state[name])}, metadata))
    with pytest.raises(InvalidWeights, match=f"{re.escape(name)}.*{message}"):
        load_backbone(file)


def test_what_is_no_file_is_refused_and_a_pipe_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe):
        with pytest.raises(InvalidWeights, match=f"{re.escape(str(path))} is no file"):
            load_backbone(path)
    with pytest.raises(InvalidWeights, match="absent is not there: No such file"):
        load_backbone(tmp_path / "absent")


@pytest.mark.parametrize(
    "settings", [{"activation": ["relu"]}, {"min_level": "a"}, {"max_level": 3.0}, {"scale": None}]
)
def test_a_recipe_of_wrong_types_is_refused(settings: dict) -> None:
    with pytest.raises(InvalidRecipe, match=next(iter(settings))):
        BackboneRecipe(R0_SP53, **settings)
