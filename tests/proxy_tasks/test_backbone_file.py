import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
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
    with pytest.raises(InvalidWeights, match="describes no backbone"):
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
