"""Data that were edited in their place are not those that a doctor has measured."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nas.config import Config
from nas.config_source import load_config
from nas.data_fingerprint import data_fingerprint
from nas.doctor_run import FINGERPRINT, doctor_run, finished_run
from nas.doctor_sample import SampleSize
from nas.errors import UsageError
from results.store_file import RUN_FILE
from tests.proxy_tasks.coco_folder import CocoFolder, make_coco_folder

ONE = SampleSize(1, 1, 0, 0)


@pytest.fixture
def coco(tmp_path: Path) -> CocoFolder:
    return make_coco_folder(tmp_path / "data")


@pytest.fixture
def config(coco: CocoFolder, tmp_path: Path) -> Config:
    given = {"data.directory": str(coco.path), "data.cache": str(tmp_path / "cache")}
    return load_config("smoke", {**given, "search.pump": "local"})


def edit_annotations(coco: CocoFolder) -> None:
    coco.train["annotations"][0]["bbox"][0] = 5
    coco.save()


def test_an_edited_file_or_another_image_is_seen(coco: CocoFolder, config: Config) -> None:
    seen = [data_fingerprint(config)]
    edit_annotations(coco)
    seen.append(data_fingerprint(config))
    image = next(coco.path.rglob("*.png"))
    shutil.copy(image, image.with_name("another.png"))
    seen.append(data_fingerprint(config))
    image.write_bytes(b"not as long")
    seen.append(data_fingerprint(config))
    assert len({*seen}) == 4
    assert None not in seen


def test_pictures_that_a_search_with_a_holdout_never_reads_are_not_of_its_data(
    coco: CocoFolder,
) -> None:
    given = {"data.directory": str(coco.path), "data.reward_images": "other", "data.holdout": "1"}
    seen = [data_fingerprint(load_config("smoke", given))]
    (coco.path / "other").mkdir()
    shutil.copy(next(coco.path.rglob("*.png")), coco.path / "other" / "test.png")
    seen.append(data_fingerprint(load_config("smoke", given)))
    assert seen[0] == seen[1] is not None


def test_a_touched_file_is_the_same(coco: CocoFolder, config: Config) -> None:
    before = data_fingerprint(config)
    for path in coco.path.rglob("*.*"):
        path.touch()
    assert data_fingerprint(config) == before


def test_generated_scenes_and_data_that_are_away_have_none(config: Config) -> None:
    assert data_fingerprint(load_config("smoke", {})) is None
    shutil.rmtree(config.data.directory)
    assert data_fingerprint(config) is None


def test_a_doctor_goes_on_with_the_same_data_only(
    coco: CocoFolder, config: Config, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    for _ in range(2):
        with doctor_run(run, config, ONE):
            pass
    edit_annotations(coco)
    with pytest.raises(UsageError, match="other annotations or images than") as caught:
        finished_run(run, config, ONE)
    assert "\n" not in str(caught.value)
    with closing(sqlite3.connect(run / RUN_FILE)) as connection, connection:  # an older run
        connection.execute("DELETE FROM meta WHERE name = ?", (FINGERPRINT,))
    assert finished_run(run, config, ONE) is None
