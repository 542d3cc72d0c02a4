from dataclasses import replace

import numpy as np
import pytest

from proxy_tasks.coco_evaluation import average_precision
from proxy_tasks.detection_dataset import DetectionSplit
from proxy_tasks.detections import Detections

Row = tuple[int, tuple[float, float, float, float], float, int]  # picture, box, score, label


def detections(*rows: Row) -> Detections:
    return Detections(
        np.array([r[0] for r in rows], np.int64),
        np.array([r[1] for r in rows], np.float32).reshape(-1, 4),
        np.array([r[2] for r in rows], np.float32),
        np.array([r[3] for r in rows], np.int64),
    )


@pytest.fixture
def split() -> DetectionSplit:
    """Two pictures of 100 px; class 0 once in each; class 1 only as a crowd, class 2 nowhere."""
    return DetectionSplit(
        images=np.zeros((2, 100, 100, 3), np.uint8),
        starts=np.array([0, 2, 3]),
        boxes=np.array([[0, 0, 50, 10], [0, 50, 100, 100], [20, 20, 70, 30]], np.float32),
        labels=np.array([0, 1, 0]),
        crowd=np.array([False, True, False]),
        image_ids=np.array([900, 5]),
        scales=np.ones(2, np.float32),
        class_names=("a", "b", "c"),
        category_ids=(1, 17, 18),
    )


FIRST: Row = (0, (0, 0, 50, 10), 0.9, 0)
SECOND: Row = (1, (20, 20, 70, 30), 0.8, 0)


def test_exact_boxes_score_one(split: DetectionSplit) -> None:
    found = average_precision(split, detections(FIRST, SECOND))
    assert found == pytest.approx({"AP": 1, "AP50": 1, "AP75": 1, "AR": 1})


def test_no_detections_score_zero(split: DetectionSplit) -> None:
    assert average_precision(split, detections()) == {"AP": 0, "AP50": 0, "AP75": 0, "AR": 0}


def test_an_overlap_of_062_passes_three_of_ten_thresholds(split: DetectionSplit) -> None:
    first: Row = (0, (0, 0, 31, 10), 0.9, 0)
    second: Row = (1, (20, 20, 51, 30), 0.8, 0)
    found = average_precision(split, detections(first, second))
    assert found == pytest.approx({"AP": 0.3, "AP50": 1, "AP75": 0, "AR": 0.3})


def test_one_of_two_objects_found_is_51_of_101_recall_points(split: DetectionSplit) -> None:
    found = average_precision(split, detections(FIRST))
    assert found == pytest.approx({"AP": 51 / 101, "AP50": 51 / 101, "AP75": 51 / 101, "AR": 0.5})


def test_a_false_alarm_above_the_hits_lowers_precision(split: DetectionSplit) -> None:
    alarm: Row = (1, (80, 80, 90, 90), 0.99, 0)
    found = average_precision(split, detections(FIRST, SECOND, alarm))
    assert found["AP"] == pytest.approx(2 / 3)  # precision 1/2, then 2/3, made monotone


def test_detections_in_a_crowd_are_no_false_alarms(split: DetectionSplit) -> None:
    crowd_of_first = replace(split, labels=np.array([0, 0, 0]))
    inside: Row = (0, (10, 60, 20, 70), 0.99, 0)
    found = average_precision(crowd_of_first, detections(FIRST, SECOND, inside))
    assert found["AP"] == pytest.approx(1)


def test_classes_without_an_object_do_not_count(split: DetectionSplit) -> None:
    of_absent: Row = (0, (0, 0, 50, 10), 0.99, 2)
    assert average_precision(split, detections(FIRST, SECOND, of_absent))["AP"] == pytest.approx(1)


def test_the_order_of_detections_does_not_matter(split: DetectionSplit) -> None:
    near: Row = (1, (22, 20, 70, 30), 0.5, 0)
    rows = [FIRST, SECOND, near]
    assert average_precision(split, detections(*rows)) == average_precision(
        split, detections(*rows[::-1])
    )


def test_object_sizes_are_those_of_the_source_pictures(split: DetectionSplit) -> None:
    found = average_precision(split, detections(FIRST, SECOND), areas=True)
    assert found["APs"] == pytest.approx(1)  # 500 px are under 32 x 32
    assert np.isnan(found["APm"])
    halved = replace(split, scales=np.full(2, 0.5, np.float32))  # 2,000 px in the source
    found = average_precision(halved, detections(FIRST, SECOND), areas=True)
    assert found["APm"] == pytest.approx(1)
    assert np.isnan(found["APs"])


def test_evaluation_prints_nothing(
    split: DetectionSplit, capfd: pytest.CaptureFixture[str]
) -> None:
    average_precision(split, detections(FIRST))
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    "row",
    [
        (0, (0, 0, float("nan"), 10), 0.9, 0),
        (0, (0, 0, 50, float("inf")), 0.9, 0),
        (0, (0, 0, 50, 10), float("nan"), 0),
        (0, (50, 0, 0, 10), 0.9, 0),
    ],
)
def test_detections_that_are_no_boxes_cannot_exist(row: Row) -> None:
    with pytest.raises(ValueError, match="of detections must"):
        detections(row)


def test_columns_of_unequal_length_cannot_exist() -> None:
    with pytest.raises(ValueError, match="scores has shape"):
        replace(detections(FIRST), scores=np.zeros(2, np.float32))


@pytest.mark.parametrize(("picture", "label"), [(2, 0), (-1, 0), (0, 3), (0, -1)])
def test_an_unknown_picture_or_class_is_refused(
    split: DetectionSplit, picture: int, label: int
) -> None:
    with pytest.raises(ValueError, match=r"expected 0\.\."):
        average_precision(split, detections((picture, (0, 0, 5, 5), 0.5, label)))


def test_a_split_of_crowds_only_is_refused(split: DetectionSplit) -> None:
    with pytest.raises(ValueError, match="crowd regions"):
        average_precision(replace(split, crowd=np.ones(3, bool)), detections(FIRST))
