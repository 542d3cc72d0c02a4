"""What a node lacks; nodes that are asked are in test_cluster.py."""

import shutil
from pathlib import Path

import pytest

from nas.config import Config
from nas.config_source import load_config
from nas.node_check import missing_here, node_check
from tests.proxy_tasks.coco_folder import CocoFolder, make_coco_folder


@pytest.fixture
def coco(tmp_path: Path) -> CocoFolder:
    return make_coco_folder(tmp_path / "data")


@pytest.fixture
def config(coco: CocoFolder, tmp_path: Path) -> Config:
    given = {"data.directory": str(coco.path), "data.cache": str(tmp_path / "cache")}
    return load_config("smoke", given)


def test_a_machine_that_has_all_lacks_nothing(config: Config, tmp_path: Path) -> None:
    with node_check(config, tmp_path / "checkpoints") as missing:
        assert missing() is None


def test_the_same_path_with_other_data_is_named(config: Config, coco: CocoFolder) -> None:
    with node_check(config) as missing:
        coco.train["annotations"][0]["bbox"][0] = 5
        coco.save()
        found = missing()
    assert found is not None
    assert f"{coco.path} holds other annotations or images" in found


def test_a_path_that_is_not_there_is_named(config: Config, coco: CocoFolder) -> None:
    shutil.rmtree(coco.path)
    assert f"{coco.path} is not there" in (missing_here(config) or "")


def test_a_folder_of_pictures_to_score_on_that_is_not_there_is_named(coco: CocoFolder) -> None:
    given = {"data.directory": str(coco.path), "data.reward_images": "val2017"}
    found = missing_here(load_config("smoke", given)) or ""
    assert f"{coco.path / 'val2017'} is not there" in found


def test_a_run_directory_that_is_not_the_same_disk_is_seen(config: Config, tmp_path: Path) -> None:
    """As on a node where a folder of the same name is its own."""
    run, aside = tmp_path / "run", tmp_path / "aside"
    run.mkdir()
    with node_check(config, run / "checkpoints") as missing:
        assert missing() is None
        run.rename(aside)
        run.mkdir()
        found = missing() or ""
        run.rmdir()
        aside.rename(run)
    assert "on a disk that all nodes share" in found
    assert list(run.iterdir()) == []


def test_a_task_that_cannot_be_imported_is_named() -> None:
    found = missing_here(load_config("smoke", {"task.name": "no_such_module:Task"}))
    assert found is not None
    assert "'no_such_module:Task' cannot be imported: No module named 'no_such_module'" in found
