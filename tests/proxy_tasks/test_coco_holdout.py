import numpy as np
import pytest
from PIL import Image

from proxy_tasks.errors import DataError
from tests.proxy_tasks.coco_folder import CocoFolder, annotations


@pytest.fixture
def many(coco_folder: CocoFolder) -> CocoFolder:
    """All five pictures in the train file; a reward file that nobody can read."""
    coco_folder.train = annotations(1, 5)
    coco_folder.save()
    coco_folder.file("val").write_text("no JSON")
    return coco_folder


def test_held_out_pictures_are_the_reward_split_and_not_trained_on(many: CocoFolder) -> None:
    data = many.load(holdout=2)
    assert (len(data.train), len(data.reward)) == (3, 2)
    assert sorted([*data.train.image_ids, *data.reward.image_ids]) == [1, 2, 3, 4, 5]


def test_pictures_keep_their_own_objects(many: CocoFolder) -> None:
    many.train["annotations"] = [
        {"id": i * 10 + k, "image_id": i, "category_id": 7, "bbox": [k, k, 9, 9], "iscrowd": 0}
        for i in range(1, 6)
        for k in range(i)
    ]
    many.save()
    many.file("val").unlink()
    for split in (many.load(holdout=2).train, many.load(holdout=2).reward):
        np.testing.assert_array_equal(np.diff(split.starts), split.image_ids)


def test_the_seed_draws_them(many: CocoFolder) -> None:
    drawn = {tuple(many.load(holdout=2, seed=seed).reward.image_ids) for seed in range(20)}
    assert len(drawn) > 3  # of ten pairs; fewer by chance: under 1e-6
    again = many.load(holdout=2, seed=0).reward.image_ids
    np.testing.assert_array_equal(again, many.load(holdout=2, seed=0).reward.image_ids)


def test_limits_take_of_what_is_left(many: CocoFolder) -> None:
    data = many.load(holdout=2, train_limit=2, reward_limit=1)
    assert (len(data.train), len(data.reward)) == (2, 1)


def test_test_pictures_are_of_a_folder_of_their_own_beside_a_holdout(many: CocoFolder) -> None:
    """As COCO has them: train2017 holds the hold-out, val2017 what is tested on."""
    many.reward = annotations(6, 1)
    many.save()
    other = many.path / "other"
    other.mkdir()
    Image.new("RGB", (40, 30), (9, 9, 9)).save(other / "6.png")
    data = many.load(
        holdout=2, test="annotations/instances_val.json", reward_images=other.name, image_size=40
    )
    assert data.test is not None
    assert (data.test.images[0, :30] == 9).all()
    assert not (data.reward.images[:, :30] == 9).all()


def test_a_missing_folder_of_test_pictures_is_named(many: CocoFolder) -> None:
    options = {"test": "annotations/instances_train.json", "reward_images": "val2017"}
    with pytest.raises(DataError, match="val2017: no such image folder, of the test pictures"):
        many.load(holdout=2, **options)
    assert many.load(holdout=2, reward_images="val2017").test is None  # nothing to be read there


@pytest.mark.parametrize("count", [5, 6])
def test_nothing_left_to_train_on_is_refused(many: CocoFolder, count: int) -> None:
    with pytest.raises(DataError, match=f"cannot hold {count} of its 5 pictures out"):
        many.load(holdout=count)


def test_a_side_without_an_object_is_refused(many: CocoFolder) -> None:
    many.train["annotations"] = many.train["annotations"][:1]
    many.save()
    with pytest.raises(DataError, match="has an object; change their number or the seed"):
        many.load(holdout=2)
