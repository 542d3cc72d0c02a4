import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proxy_tasks.coco_data import load_coco
from proxy_tasks.errors import DataError
from tests.proxy_tasks.coco_folder import CocoFolder


def refusal(folder: CocoFolder, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        folder.load(**options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_boxes_scale_with_their_pictures(coco_folder: CocoFolder) -> None:
    train = coco_folder.load(image_size=20).train
    assert train.boxes[0].tolist() == [2, 3, 10, 9]  # 40 px wide on a canvas of 20
    assert train.scales.tolist() == [0.5, 0.5, 0.5]
    assert train.areas is not None
    assert train.areas[0] == 16 * 12 / 4


def test_category_ids_with_gaps_become_labels_by_ascending_id(coco_folder: CocoFolder) -> None:
    train = coco_folder.load().train
    assert (train.category_ids, train.class_names) == ((3, 7), ("dog", "cat"))
    assert train.labels.tolist() == [1, 0, 1, 1]


def test_crowds_are_kept_for_evaluation_only(coco_folder: CocoFolder) -> None:
    train = coco_folder.load().train
    assert train.crowd.tolist() == [False, True, False, False]
    assert len(train.targets(0)[0]) == 1
    assert [a["iscrowd"] for a in train.coco["annotations"]] == [0, 1, 0, 0]


def test_a_picture_without_annotations_is_kept(coco_folder: CocoFolder) -> None:
    del coco_folder.train["annotations"][1]
    coco_folder.save()
    train = coco_folder.load().train
    assert train.image_ids.tolist() == [1, 2, 3]
    assert np.diff(train.starts).tolist() == [2, 0, 1]


def test_an_object_smaller_than_a_canvas_pixel_is_kept(coco_folder: CocoFolder) -> None:
    coco_folder.train["annotations"][0]["bbox"] = [39.999, 0, 5, 1e-9]
    coco_folder.save()
    x1, y1, x2, y2 = coco_folder.load(image_size=20).train.boxes[0]
    assert 0 < x2 - x1 < 0.01
    assert 0 < y2 - y1 < 0.01
    assert x2 == 20


def test_a_limit_takes_a_seeded_subset_with_its_own_boxes(coco_folder: CocoFolder) -> None:
    whole = coco_folder.load().train
    drawn = {}
    for seed in range(8):
        part = coco_folder.load(train_limit=2, seed=seed).train
        again = coco_folder.load(train_limit=2, seed=seed).train
        assert part.image_ids.tolist() == again.image_ids.tolist() == sorted(part.image_ids)
        drawn[tuple(part.image_ids.tolist())] = part
    assert len(drawn) > 1
    for ids, part in drawn.items():
        for index, image_id in enumerate(ids):
            assert np.array_equal(part.images[index], whole.images[image_id - 1])
            assert np.array_equal(part.targets(index)[0], whole.targets(image_id - 1)[0])


def test_a_limit_above_the_number_of_pictures_takes_all(coco_folder: CocoFolder) -> None:
    assert len(coco_folder.load(reward_limit=99).reward) == 2


def test_a_test_file_gives_a_test_split(coco_folder: CocoFolder) -> None:
    assert coco_folder.load().test is None
    test = coco_folder.load(test="annotations/instances_val.json").test
    assert test is not None
    assert test.image_ids.tolist() == [4, 5]


@pytest.mark.parametrize("split", ["reward", "test"])
def test_pictures_that_are_trained_on_too_are_refused(coco_folder: CocoFolder, split: str) -> None:
    same = {split: "annotations/instances_train.json"}
    assert "3 of its pictures are in " in refusal(coco_folder, **same)


def test_splits_may_count_their_image_ids_each_from_1(coco_folder: CocoFolder) -> None:
    for image in coco_folder.reward["images"]:
        image["id"] -= 3
    for record in coco_folder.reward["annotations"]:
        record["image_id"] -= 3
    coco_folder.save()
    assert coco_folder.load().reward.image_ids.tolist() == [1, 2]


def test_changed_boxes_count_though_the_pictures_are_cached(coco_folder: CocoFolder) -> None:
    coco_folder.load()
    coco_folder.train["annotations"][0]["bbox"] = [0, 0, 40, 30]
    coco_folder.save()
    assert coco_folder.load().train.boxes[0].tolist() == [0, 0, 20, 15]


def test_a_data_directory_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    for name, said in (("gone", "no such data directory"), ("empty", "is empty")):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(DataError, match=said):
            load_coco(tmp_path / name, 64, tmp_path / "cache")


def test_a_missing_annotation_file_or_image_folder_is_refused(coco_folder: CocoFolder) -> None:
    assert "no such annotation file" in refusal(coco_folder, reward="annotations/none.json")
    shutil.rmtree(coco_folder.path / "images")
    assert "no such image folder" in refusal(coco_folder)


def test_a_folder_in_the_data_set_asks_for_its_parent(coco_folder: CocoFolder) -> None:
    inside = replace(coco_folder, path=coco_folder.path / "images")
    assert refusal(inside).endswith(f"; is its parent meant, {coco_folder.path}?")
    shutil.rmtree(coco_folder.path / "images")
    assert "parent" not in refusal(coco_folder)


def test_files_with_different_categories_are_refused(coco_folder: CocoFolder) -> None:
    coco_folder.reward["categories"][0]["name"] = "lion"
    coco_folder.save()
    assert "categories differ" in refusal(coco_folder)


@pytest.mark.parametrize(
    "option", [{"image_size": 0}, {"train_limit": 0}, {"reward_limit": -1}, {"seed": -1}]
)
def test_impossible_numbers_are_refused(coco_folder: CocoFolder, option: dict[str, int]) -> None:
    assert "expected at least 1" in refusal(coco_folder, **option)


def test_a_subset_without_an_object_is_refused(coco_folder: CocoFolder) -> None:
    del coco_folder.train["annotations"][1:3]
    coco_folder.save()
    refused = 0
    for seed in range(12):  # two of the three pictures hold none: all drawn well is (1/3)^12
        try:
            assert coco_folder.load(train_limit=1, seed=seed).train.image_ids.tolist() == [1]
        except DataError as error:
            assert "raise the limit or change the seed" in str(error)
            refused += 1
    assert refused


def test_blood_cells_are_loaded_whole(shared: Path, tmp_path: Path) -> None:
    """Counts from the data set's README."""
    data = load_coco(shared / "data" / "bccd", 64, tmp_path)
    assert (len(data.train), len(data.reward)) == (292, 72)
    assert np.bincount(data.train.labels).tolist() == [292, 3348, 301]
    assert np.bincount(data.reward.labels).tolist() == [69, 805, 71]
    assert data.train.scales == pytest.approx(0.1)
    assert data.train.boxes[:, 3].max() <= 48  # 640 x 480 fills 64 x 48
    assert np.abs(data.train.images[:, 49:].astype(int) - 114).max() == 0


def test_genuine_coco_pictures_are_loaded(shared: Path, tmp_path: Path) -> None:
    data = load_coco(shared / "data" / "coco_ccby_mini", 64, tmp_path)
    assert (len(data.reward), len(data.reward.boxes), data.reward.crowd.sum()) == (40, 391, 6)
    assert (np.diff(data.reward.starts) == 0).sum() == 2
    assert data.reward.num_classes == 80
