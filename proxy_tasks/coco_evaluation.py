"""COCO's average precision, by pycocotools."""

import contextlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from proxy_tasks.detection_dataset import DetectionSplit

MAX_DETECTIONS = (1, 10, 100)  # per picture and class, cocoeval's Params.setDetParams
AREAS = ("all", "small", "medium", "large")


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """K detections in any order. Raises ValueError for NaN, infinities and inverted boxes."""

    image_index: NDArray[np.int64]  # [K], 0..N-1 into the split
    boxes: NDArray[np.float32]  # [K, 4] x1 y1 x2 y2 in canvas pixels
    scores: NDArray[np.float32]  # [K], higher is surer
    labels: NDArray[np.int64]  # [K], 0..C-1

    def __post_init__(self) -> None:
        k = len(self.boxes)
        for name, shape in (
            ("image_index", (k,)),
            ("boxes", (k, 4)),
            ("scores", (k,)),
            ("labels", (k,)),
        ):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}; expected {shape}")
        for name in ("boxes", "scores"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} of detections must be finite; got NaN or infinity")
        if (self.boxes[:, 2:] < self.boxes[:, :2]).any():
            raise ValueError("boxes of detections must have x1 <= x2 and y1 <= y2")

    def __len__(self) -> int:
        return len(self.boxes)


def average_precision(
    split: DetectionSplit, detections: Detections, *, areas: bool = False
) -> dict[str, float]:
    """AP, AP50, AP75 and AR (100 detections) over all areas, each 0..1, as COCO defines them.

    `areas=True` gives COCO's twelve: also AR1, AR10 and APs, APm, APl, ARs, ARm, ARl for small,
    medium and large objects (sides 32 and 96 px in the source picture), NaN where there are none.
    Classes without an object do not count. No detections: 0.0. Raises ValueError
    for an index or a label out of range and for a split with crowd regions only.
    """
    _check(split, detections)
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints its progress
        truth, found = _indexed(split.coco), _indexed(_results(split, detections))
        if areas:
            for side in (truth, found):
                _to_source_areas(side, split)
        evaluation = COCOeval(truth, found, "bbox")
        labels = AREAS if areas else AREAS[:1]
        evaluation.params.maxDets = list(MAX_DETECTIONS)
        evaluation.params.areaRng = evaluation.params.areaRng[: len(labels)]
        evaluation.params.areaRngLbl = list(labels)
        evaluation.evaluate()
        evaluation.accumulate()
    return _summary(evaluation, areas)


def _check(split: DetectionSplit, detections: Detections) -> None:
    for name, values, end in (
        ("image_index", detections.image_index, len(split)),
        ("labels", detections.labels, split.num_classes),
    ):
        wrong = values[(values < 0) | (values >= end)]
        if len(wrong):
            raise ValueError(f"{name} of a detection is {wrong[0]}; expected 0..{end - 1}")
    if split.crowd.all():
        raise ValueError("the split has no object but crowd regions; AP needs at least one")


def _indexed(dataset: dict[str, list[dict[str, Any]]]) -> COCO:
    coco = COCO()
    coco.dataset = dataset
    coco.createIndex()
    return coco


def _results(split: DetectionSplit, detections: Detections) -> dict[str, list[dict[str, Any]]]:
    """What COCO.loadRes makes of a list of results, which it refuses to do for an empty one."""
    corners = detections.boxes.astype(np.float64)
    xywh = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    images = split.image_ids[detections.image_index].tolist()
    categories = np.asarray(split.category_ids)[detections.labels].tolist()
    rows = zip(images, categories, xywh.tolist(), detections.scores.tolist(), strict=True)
    annotations = [
        {
            "id": number,
            "image_id": image,
            "category_id": category,
            "bbox": box,
            "area": box[2] * box[3],
            "iscrowd": 0,
            "score": score,
        }
        for number, (image, category, box, score) in enumerate(rows, start=1)
    ]
    return {
        "images": [{"id": i} for i in split.image_ids.tolist()],
        "annotations": annotations,
        "categories": [{"id": i} for i in split.category_ids],
    }


def _to_source_areas(side: COCO, split: DetectionSplit) -> None:
    scales = dict(zip(split.image_ids.tolist(), split.scales.tolist(), strict=True))
    for annotation in side.dataset["annotations"]:
        annotation["area"] /= scales[annotation["image_id"]] ** 2


def _summary(evaluation: COCOeval, areas: bool) -> dict[str, float]:
    precision = evaluation.eval["precision"]  # [T, R, C, areas, maxDets], -1 without objects
    recall = evaluation.eval["recall"]  # [T, C, areas, maxDets]
    ap50, ap75 = np.searchsorted(evaluation.params.iouThrs, (0.5 - 1e-9, 0.75 - 1e-9))
    metrics = {
        "AP": _mean(precision[:, :, :, 0, -1]),
        "AP50": _mean(precision[ap50, :, :, 0, -1]),
        "AP75": _mean(precision[ap75, :, :, 0, -1]),
        "AR": _mean(recall[:, :, 0, -1]),
    }
    if areas:
        metrics |= {"AR1": _mean(recall[:, :, 0, 0]), "AR10": _mean(recall[:, :, 0, 1])}
        for number, area in enumerate(AREAS[1:], start=1):
            metrics[f"AP{area[0]}"] = _mean(precision[:, :, :, number, -1])
            metrics[f"AR{area[0]}"] = _mean(recall[:, :, number, -1])
    return metrics


def _mean(values: NDArray[np.float64]) -> float:
    known = values[values > -1]
    return float(known.mean()) if known.size else float("nan")
