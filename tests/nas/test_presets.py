from importlib import resources
from pathlib import Path

import pytest

from nas.compose import make_cost, make_detection_task, make_parts
from nas.config_source import load_config, preset_names
from nas.errors import UsageError
from search_space import SPINENET_49
from tests.proxy_tasks.coco_folder import annotations, make_coco_folder

TINY = {
    "device.name": "cpu",
    "data.images": "images",
    "data.train": "annotations/instances_train.json",
    "data.holdout": "2",
    "fidelity.image_size": "64",
    "fidelity.batch_size": "2",
    "fidelity.steps": "2",
    "fidelity.endpoint_filters": "16",
    "fidelity.head_filters": "16",
}


@pytest.fixture
def coco(tmp_path: Path) -> dict[str, str]:
    """The options that make `paper` train a second on a data set of five pictures."""
    folder = make_coco_folder(tmp_path / "data")
    folder.train = annotations(1, 5)
    folder.train["annotations"][0]["bbox"][3] = 0  # as in the genuine file
    folder.save()
    return {**TINY, "data.directory": str(folder.path), "data.cache": str(tmp_path / "cache")}


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_opens_with_its_command_cost_and_expected_result(name: str) -> None:
    lines = (resources.files("nas") / "presets" / f"{name}.toml").read_text("utf-8").splitlines()
    head = lines[: lines.index("")]
    assert head[0].startswith(f"# nas search {name}")
    for part in ("Cost", "Expect"):
        assert any(line.startswith(f"# {part}: ") for line in head)


def test_the_papers_proxy_costs_what_its_figures_say() -> None:
    """spinenet.md section 3.3: 5.84 GMAC and 1.96 M parameters with 91 classes."""
    config = load_config("paper", {"task.name": "analytic"})  # 80 classes and no data
    cost = make_cost(config)(SPINENET_49)
    predictor = 3 * 3 * 64 * 9  # weights a class of the class predictor
    cells = sum((512 // 2**level) ** 2 for level in range(3, 8))
    assert cost["madds"] + 11 * predictor * cells == pytest.approx(5.84e9, rel=1e-3)
    assert cost["params"] + 11 * (predictor + 9) == pytest.approx(1.96e6, rel=3e-3)


def test_the_papers_proxy_sees_its_images_five_times() -> None:
    fidelity = load_config("paper", {}).fidelity
    assert fidelity.steps * fidelity.batch_size == pytest.approx(5 * (118_287 - 7_392), abs=64)


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_the_papers_path_trains(coco: dict[str, str], precision: str) -> None:
    config = load_config("paper", {**coco, "fidelity.precision": precision})
    task = make_detection_task(config)
    assert (len(task.data.train), len(task.data.reward)) == (3, 2)
    assert 0 <= task.evaluate(SPINENET_49, 0)["AP"] <= 1


def test_the_papers_parts_are_made(coco: dict[str, str]) -> None:
    parts = make_parts(load_config("paper", coco))
    assert parts.space.size > 1e20 and type(parts.controller).__name__ == "Reinforce"


def test_a_holdout_of_scenes_is_refused() -> None:
    config = load_config("smoke", {"data.holdout": "5"})
    with pytest.raises(UsageError, match=r"data\.directory is empty"):
        make_parts(config)
