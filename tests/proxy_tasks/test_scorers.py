"""What a scorer has to give, and what it is never to meet: of both."""

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from proxy_tasks.coco_evaluation import average_precision
from proxy_tasks.detection_dataset import DetectionSplit
from proxy_tasks.detections import Detections
from proxy_tasks.errors import DataError, InvalidRecipe
from proxy_tasks.recipe import SCORERS, EvaluationRecipe
from tests.proxy_tasks.coco_folder import CocoFolder

pytestmark = pytest.mark.parametrize("scorer", SCORERS)


def perfect(split: DetectionSplit) -> Detections:
    """Every object of a split, found as it is."""
    owners = np.repeat(np.arange(len(split)), np.diff(split.starts))
    scores = np.linspace(1, 0.5, len(owners), dtype=np.float32)
    return Detections(owners, split.boxes.copy(), scores, split.labels.copy())


@pytest.fixture
def split(coco_folder: CocoFolder) -> DetectionSplit:
    return coco_folder.load().train


def test_an_unknown_scorer_is_refused(scorer: str, split: DetectionSplit) -> None:
    with pytest.raises(InvalidRecipe, match=r"known: .*hotcoco.*pycocotools"):
        average_precision(split, perfect(split), scorer=scorer.upper())
    assert EvaluationRecipe(scorer).scorer == scorer


def test_no_detections_at_all_score_zero(scorer: str, split: DetectionSplit) -> None:
    nothing = Detections(*(column[:0] for column in columns(perfect(split))))
    metrics = average_precision(split, nothing, scorer=scorer)
    assert metrics == {"AP": 0, "AP50": 0, "AP75": 0, "AR": 0}


def test_a_split_without_objects_is_refused(scorer: str, split: DetectionSplit) -> None:
    bare = replace(
        split,
        starts=np.zeros(len(split) + 1, np.int64),
        boxes=split.boxes[:0],
        labels=split.labels[:0],
        crowd=split.crowd[:0],
        areas=None,
    )
    nothing = Detections(*(column[:0] for column in columns(perfect(split))))
    with pytest.raises(ValueError, match="no object"):
        average_precision(bare, nothing, scorer=scorer)


def test_a_file_whose_annotation_ids_begin_at_0_scores_as_any(
    scorer: str, coco_folder: CocoFolder
) -> None:
    """cocoeval takes a match with annotation 0 for none."""
    for number, annotation in enumerate(coco_folder.reward["annotations"]):
        annotation["id"] = number
    coco_folder.save()
    reward = coco_folder.load().reward
    assert average_precision(reward, perfect(reward), scorer=scorer)["AP"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("scores", np.nan, "finite"),
        ("scores", np.inf, "finite"),
        ("boxes", np.nan, "finite"),
        ("boxes", -np.inf, "finite"),
    ],
)
def test_numbers_that_are_none_never_reach_a_scorer(
    scorer: str, split: DetectionSplit, column: str, value: float, rule: str
) -> None:
    damaged = np.array(getattr(perfect(split), column))
    damaged.flat[0] = value
    with pytest.raises(ValueError, match=f"{column} of detections must be {rule}"):
        average_precision(split, replace(perfect(split), **{column: damaged}), scorer=scorer)


def test_a_missing_score_never_reaches_a_scorer(scorer: str, split: DetectionSplit) -> None:
    found = perfect(split)
    with pytest.raises(ValueError, match="scores has shape"):
        average_precision(split, replace(found, scores=found.scores[1:]), scorer=scorer)
    without: NDArray[Any] = np.array([None, *found.scores[1:]], object)
    with pytest.raises(ValueError, match="scores of detections must be floats; got object"):
        average_precision(split, replace(found, scores=without), scorer=scorer)


def test_a_negative_size_never_reaches_a_scorer(scorer: str, split: DetectionSplit) -> None:
    found = perfect(split)
    with pytest.raises(ValueError, match="x1 <= x2"):
        average_precision(split, replace(found, boxes=found.boxes[:, [2, 1, 0, 3]]), scorer=scorer)


@pytest.mark.parametrize("column", ["image_index", "labels"])
@pytest.mark.parametrize("value", [-1, 3])
def test_an_unknown_picture_or_class_never_reaches_a_scorer(
    scorer: str, split: DetectionSplit, column: str, value: int
) -> None:
    unknown = np.array(getattr(perfect(split), column))
    unknown[0] = value
    with pytest.raises(ValueError, match=rf"{column} of a detection is {value}; expected 0\.\."):
        average_precision(split, replace(perfect(split), **{column: unknown}), scorer=scorer)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("category_ids", (7, 7), "each once"),
        ("category_ids", (7, 3), "ascending"),
        ("scales", np.zeros(3, np.float32), "positive"),
        ("areas", np.array([1, 2, np.nan, 3], np.float32), "finite"),
        ("areas", np.array([1, 2, -1, 3], np.float32), "at least 0"),
    ],
)
def test_a_ground_truth_that_would_score_wrongly_cannot_exist(
    scorer: str, split: DetectionSplit, column: str, value: object, rule: str
) -> None:
    with pytest.raises(DataError, match=rule):
        average_precision(replace(split, **{column: value}), perfect(split), scorer=scorer)  # type: ignore[arg-type]


def test_nothing_is_printed_and_nobody_is_warned(
    scorer: str, split: DetectionSplit, capfd: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        average_precision(split, perfect(split), areas=True, scorer=scorer)
    assert capfd.readouterr() == ("", "")


def test_the_twelve_numbers_that_coco_published(scorer: str, shared: Path) -> None:
    """val2014_fake_eval_res.txt, type=bbox, of cocodataset/cocoapi."""
    folder = shared / "data" / "coco_ap_reference"
    truth = json.loads((folder / "instances_val2014_100.json").read_text())
    results = json.loads((folder / "instances_val2014_fakebbox100_results.json").read_text())
    ids = sorted(image["id"] for image in truth["images"])
    categories = sorted(category["id"] for category in truth["categories"])
    objects = sorted(truth["annotations"], key=lambda a: a["image_id"])
    split = DetectionSplit(
        images=np.broadcast_to(np.uint8(0), (len(ids), 640, 640, 3)),
        starts=np.searchsorted([a["image_id"] for a in objects], [*ids, 2**60]),
        boxes=corners(objects).clip(0, 640),
        labels=np.searchsorted(categories, [a["category_id"] for a in objects]),
        crowd=np.array([a["iscrowd"] == 1 for a in objects]),
        image_ids=np.array(ids),
        scales=np.ones(len(ids), np.float32),
        class_names=tuple(map(str, categories)),
        category_ids=tuple(categories),
        areas=np.array([a["area"] for a in objects], np.float32),
    )
    found = Detections(
        image_index=np.searchsorted(ids, [r["image_id"] for r in results]),
        boxes=corners(results),
        scores=np.array([r["score"] for r in results], np.float32),
        labels=np.searchsorted(categories, [r["category_id"] for r in results]),
    )
    published = (folder / "val2014_fake_eval_res.txt").read_text()
    box_part = published.split("type=bbox")[1].split("type=")[0]
    numbers = [float(line.rsplit("=", 1)[1]) for line in box_part.splitlines() if "] = " in line]
    names = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR", "ARs", "ARm", "ARl"]
    metrics = average_precision(split, found, areas=True, scorer=scorer)
    assert {name: round(value, 3) for name, value in metrics.items()} == dict(
        zip(names, numbers, strict=True)
    )


def corners(records: list[dict[str, Any]]) -> NDArray[np.float32]:
    xywh = np.array([r["bbox"] for r in records])
    return np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1).astype(np.float32)


def columns(found: Detections) -> tuple[NDArray[Any], ...]:
    return found.image_index, found.boxes, found.scores, found.labels
