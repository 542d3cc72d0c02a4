"""With trainings of two steps, on generated scenes and on photographs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nas.reproduction import Reproduction
from nas.reproduction_finals import check_finals, final_commands
from nas.reproduction_plan import plan_lines
from nas.reproduction_scale import Scale, load_scale
from nas.reproduction_searches import run_races, run_search
from nas.reproduction_trainings import train_networks
from proxy_tasks.errors import DataError
from results import TrialStore
from results.baseline_training import read_baselines
from tests.nas.reproductions import reproduce, write_scale
from tests.nas.tiny_recipe import tiny_recipe

QUIET = Console(quiet=True)
SCENES = """
"search.pump" = "local"
"fidelity.steps" = "2"
"data.scenes_train" = "8"
"data.scenes_reward" = "8"
"data.scenes_test" = "8"
"""
PHOTOS = {  # what full needs less of, to be a matter of seconds on a CPU
    "data.holdout": "8",
    "fidelity.image_size": "64",
    "fidelity.steps": "2",
    "fidelity.batch_size": "2",
    "fidelity.train_images": "8",
    "fidelity.reward_images": "8",
    "fidelity.filter_scale": "0.125",
    "fidelity.resample_alpha": "0.5",
}
HERE = {"fidelity.precision": "float32", "device.name": "cpu", "search.pump": "local"}


def small(scale: Scale) -> Scale:
    """The same with few trainings."""
    few = {name: {"trials": 3, "rerank": 1} for name in ("search", "orders", "moved")}
    return Scale.model_validate({**scale.model_dump(), **few, "seeds": 1})


@pytest.fixture
def photos(shared: Path, tmp_path: Path) -> dict[str, str]:
    """COCO's own folders and names, of few pictures."""
    few, folder = shared / "data" / "coco_ccby_mini", tmp_path / "coco"
    (folder / "annotations").mkdir(parents=True)
    for name in ("train", "val"):
        file = few / "annotations" / f"instances_{name}.json"
        (folder / "annotations" / f"instances_{name}2017.json").symlink_to(file)
        (folder / f"{name}2017").mkdir()
        for image in json.loads(file.read_text("utf-8"))["images"]:
            picture = folder / f"{name}2017" / image["file_name"]
            picture.symlink_to(few / "images" / image["file_name"])
    return {**PHOTOS, "data.directory": str(folder)}


def test_detectors_are_compared_on_the_test_split_beside_a_baseline_of_equal_cost(
    tmp_path: Path,
) -> None:
    scale = write_scale(tmp_path / "scale.toml", SCENES)
    recipe = tiny_recipe(tmp_path)
    final = f'[final]\nrecipe = "{recipe}"\nfinalists = 1\n'
    scale.write_text(scale.read_text("utf-8") + final, "utf-8")
    assert reproduce(scale, tmp_path / "run") == 0
    document: dict[str, Any] = json.loads((tmp_path / "run/claims.json").read_text("utf-8"))
    assert document["metric"] == "test_AP"
    for claim in document["claims"]:
        for step in (*claim["steps"], *claim["beside"]):
            assert (step["seeds"], step["failed"]) == (2, 0)
            assert step["difference"]["low"] <= step["difference"]["value"]
    networks = tmp_path / "run/networks"
    with TrialStore.open_read_only(networks) as store:
        assert all("test_AP" in trial.metrics for trial in store.trials())
        cost = store.trial(0).metrics["madds"]
    baselines = read_baselines(networks)
    assert {one.seed for one in baselines} == set(document["seeds"])
    assert baselines[0].metrics["madds"] == pytest.approx(cost, rel=0.02)
    assert "test_AP" in baselines[0].metrics
    assert len(list((tmp_path / "run/final").glob("*/network.pt"))) == 3


def test_the_papers_protocol_runs_on_photographs(photos: dict[str, str], tmp_path: Path) -> None:
    full = Reproduction(tmp_path / "run", small(load_scale("full")), {**photos, **HERE})
    train_networks(full, full.networks[:1], QUIET, seeds=1, workers=1)
    search = full.searches["search"]
    run_search(search, QUIET)
    run_races([search], full.limit, QUIET)
    assert search.config.controller.name == "reinforce"
    with TrialStore.open_read_only(tmp_path / "run/networks") as store:
        assert full.metric == "test_AP"
        assert full.metric in store.trial(0).metrics
    done = {line.split()[0]: line.split()[-1] for line in plan_lines(full, None)}
    assert (done["search"], done["random,"], done["networks"]) == ("4", "0", "1")
    assert done["final,"] == "0"
    check_finals(full)
    found, *held_to = (command.partition(" train ")[2] for command in final_commands(full)[-3:])
    assert found.startswith(f"{search.directory}:")
    assert [words.split()[0] for words in held_to] == ["spinenet-49", "resnet-50-fpn"]
    assert f"--data {photos['data.directory']}" in found


def test_full_costs_its_gpu_days(photos: dict[str, str], tmp_path: Path) -> None:
    """28,400 trainings of two searches at an hour each are 1,183 days of the whole."""
    scale = load_scale("full").model_copy(update={"final": None})
    full = Reproduction(tmp_path / "run", scale, photos)
    here = replace_device(full)
    train_networks(here, here.networks[:1], QUIET, seeds=1, workers=1)
    with TrialStore.open_read_only(tmp_path / "run/networks") as store:
        first = store.trial(0)
    lines = plan_lines(full, replace(first, metrics={**first.metrics, "seconds": 3600.0}))
    (said,) = [line for line in lines if "GPU-days" in line]
    days = float(said.split()[2].replace(",", ""))
    assert 1183 < days < 2000
    assert "14,000 candidates on 100 Cloud TPU v3" in said


def test_full_without_its_test_pictures_names_them_before_a_training(
    photos: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "coco/val2017").rename(tmp_path / "coco/val")
    full = Reproduction(tmp_path / "run", load_scale("full"), {**photos, **HERE})
    with pytest.raises(DataError, match="val2017: no such image folder, of the test pictures"):
        train_networks(full, full.networks[:1], QUIET, seeds=1, workers=1)
    assert not (tmp_path / "run/networks").exists()


def replace_device(full: Reproduction) -> Reproduction:
    """The same trainings on this machine, for a candidate to measure."""
    return Reproduction(full.directory, full.scale, {**full.given, **HERE})
