from dataclasses import replace

import numpy as np
import pytest
from pycocotools.coco import COCO

from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.errors import DataError


@pytest.fixture
def split() -> DetectionSplit:
    """Three pictures with 2, 0 and 1 objects; the second object is a crowd."""
    images = np.zeros((3, 16, 16, 3), np.uint8)
    images.setflags(write=False)
    return DetectionSplit(
        images=images,
        starts=np.array([0, 2, 2, 3]),
        boxes=np.array([[0, 0, 4, 2], [1, 1, 9, 9], [8, 8, 16, 16]], np.float32),
        labels=np.array([0, 1, 1]),
        crowd=np.array([False, True, False]),
        image_ids=np.array([30, 10, 20]),
        scales=np.full(3, 0.5, np.float32),
        class_names=("cat", "dog"),
        category_ids=(3, 7),
    )


def test_a_batch_is_a_writable_copy(split: DetectionSplit) -> None:
    batch = split.batch(np.array([2, 0]))
    batch[:] = 9
    assert batch.shape == (2, 16, 16, 3)
    assert split.images.max() == 0


def test_targets_leave_crowd_regions_out(split: DetectionSplit) -> None:
    boxes, labels = split.targets(0)
    assert boxes.tolist() == [[0, 0, 4, 2]]
    assert labels.tolist() == [0]


def test_a_picture_without_objects_has_empty_targets(split: DetectionSplit) -> None:
    boxes, labels = split.targets(1)
    assert boxes.shape == (0, 4)
    assert labels.shape == (0,)


def test_pycocotools_reads_the_coco_form(
    split: DetectionSplit, capsys: pytest.CaptureFixture[str]
) -> None:
    coco = COCO()
    coco.dataset = split.coco
    coco.createIndex()
    capsys.readouterr()
    (dog,) = coco.loadAnns(coco.getAnnIds(imgIds=[20]))
    assert (dog["bbox"], dog["category_id"], dog["area"]) == ([8, 8, 8, 8], 7, 64)
    assert [a["id"] for a in coco.loadAnns(coco.getAnnIds(iscrowd=True))] == [2]
    assert coco.getAnnIds(imgIds=[10]) == []


def test_known_mask_areas_are_passed_on(split: DetectionSplit) -> None:
    masked = replace(split, areas=np.array([1, 2, 3], np.float32))
    assert [a["area"] for a in masked.coco["annotations"]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts", np.array([0, 2, 1, 3])),
        ("starts", np.array([0, 2, 2, 2])),
        ("labels", np.array([0, 1, 2])),
        ("image_ids", np.array([1, 1, 2])),
        ("scales", np.ones(2, np.float32)),
        ("category_ids", (3,)),
        ("boxes", np.array([[0, 0, 4, 2], [1, 1, 1, 9], [8, 8, 16, 16]], np.float32)),
        ("boxes", np.array([[0, 0, 4, 2], [1, 1, 9, 9], [8, 8, 17, 16]], np.float32)),
        ("boxes", np.array([[0, 0, 4, 2], [1, 1, np.nan, 9], [8, 8, 16, 16]], np.float32)),
        ("images", np.zeros((3, 16, 8, 3), np.uint8)),
        ("images", np.zeros((3, 16, 16, 3), np.float32)),
    ],
)
def test_an_inconsistent_split_cannot_exist(
    split: DetectionSplit, field: str, value: object
) -> None:
    with pytest.raises(DataError):
        replace(split, **{field: value})  # type: ignore[arg-type]


def test_splits_of_other_classes_or_sizes_cannot_be_joined(split: DetectionSplit) -> None:
    larger = replace(split, images=np.zeros((3, 32, 32, 3), np.uint8))
    with pytest.raises(DataError, match="canvas"):
        DetectionData(split, larger)
    with pytest.raises(DataError, match="classes"):
        DetectionData(split, split, replace(split, class_names=("cat", "cow")))
