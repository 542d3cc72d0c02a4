import re
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import torch

from nas.cli import main
from nas.compose import make_cost, make_detection_task, make_parts
from nas.config_source import load_config, preset_names
from nas.errors import UsageError
from proxy_tasks.replayed_step import ReplayedStep, record_network
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


def head_of(name: str) -> list[str]:
    """The comments that a preset opens with."""
    lines = (resources.files("nas") / "presets" / f"{name}.toml").read_text("utf-8").splitlines()
    return lines[: lines.index("")]


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_opens_with_its_command_cost_and_expected_result(name: str) -> None:
    head = head_of(name)
    assert head[0].startswith(f"# nas search {name}")
    for part in ("Cost", "Expect"):
        assert any(line.startswith(f"# {part}: ") for line in head)


@pytest.mark.parametrize("name", preset_names())
def test_the_command_of_a_presets_first_line_searches(name: str, tmp_path: Path) -> None:
    """With its space, controller and objective, on a task that takes microseconds."""
    program, *words = head_of(name)[0].removeprefix("# ").split()
    assert program == "nas"
    words = [str(tmp_path) if word == "DIR" else word for word in words]
    quick = ["--task.name", "analytic", "--device.name", "cpu", "--pump", "local", "--trials", "1"]
    assert main([*words, *quick, "--run-dir", str(tmp_path / "run")]) == 0


@pytest.mark.parametrize("name", preset_names())
def test_the_figures_of_a_presets_head_are_its_own(name: str) -> None:
    config, head = load_config(name, {}), " ".join(head_of(name))
    for pattern, value in (
        (r"([\d,]+) architectures", config.search.trials),
        (r"for all ([\d,]+)", config.search.trials),
        (r"([\d,]+) Ray workers", config.search.workers),
        (r"([\d,]+) steps each", config.fidelity.steps),
        (r"(\d+) px", config.fidelity.image_size),
    ):
        for found in re.findall(pattern, head):
            assert int(found.replace(",", "")) == value, pattern


def test_default_is_quick_with_three_times_the_steps() -> None:
    assert "`quick` with three times the steps" in " ".join(head_of("default"))
    quick, default = (load_config(name, {}).as_dict() for name in ("quick", "default"))
    assert default["fidelity"].pop("steps") == 3 * quick["fidelity"].pop("steps")
    for section in ("search", "controller"):  # how much is tried, not how it is trained
        del quick[section], default[section]
    assert default == quick


def papers_proxy() -> tuple[float, float]:
    """Multiply-adds and parameters of SpineNet-49 on `paper`, with COCO's 91 classes."""
    config = load_config("paper", {"task.name": "analytic"})  # 80 classes and no data
    cost = make_cost(config)(SPINENET_49)
    predictor = 3 * 3 * 64 * 9  # weights a class of the class predictor
    cells = sum((512 // 2**level) ** 2 for level in range(3, 8))
    return cost["madds"] + 11 * predictor * cells, cost["params"] + 11 * (predictor + 9)


def test_the_papers_proxy_costs_what_its_figures_say() -> None:
    """spinenet.md section 3.3: 5.84 GMAC and 1.96 M parameters with 91 classes."""
    madds, params = papers_proxy()
    assert madds == pytest.approx(5.84e9, rel=1e-3)
    assert params == pytest.approx(1.96e6, rel=3e-3)


def test_the_papers_search_takes_the_operations_and_the_disk_that_it_says() -> None:
    """A training step is three forward passes, a multiply-add two operations."""
    config, head = load_config("paper", {}), " ".join(head_of("paper"))
    operations = 6 * papers_proxy()[0] * config.fidelity.steps * config.fidelity.batch_size
    (each, total), (disk,) = (
        re.findall(r"[\d.]+e\d+", head),
        re.findall(r"(\d+) GB of # disk", head),
    )
    assert operations == pytest.approx(float(each), rel=0.05)
    assert operations * config.search.trials == pytest.approx(float(total), rel=0.02)
    assert 118_287 * 3 * config.fidelity.image_size**2 == pytest.approx(1e9 * int(disk), rel=0.01)


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


@pytest.mark.parametrize("name", ["quick", "default"])
def test_steps_of_the_presets_for_a_cpu_are_replayed(name: str, tmp_path: Path) -> None:
    scenes = {"data.scenes_train": "16", "data.scenes_reward": "1", "data.cache": str(tmp_path)}
    task = make_detection_task(load_config(name, scenes))
    detector = task.build(SPINENET_49, 0).train()
    ReplayedStep(detector, task.training, 1)
    assert record_network(detector, torch.from_numpy(task.data.train.batch(np.arange(16))))


def test_a_holdout_of_scenes_is_refused() -> None:
    config = load_config("smoke", {"data.holdout": "5"})
    with pytest.raises(UsageError, match=r"data\.directory is empty"):
        make_parts(config)
