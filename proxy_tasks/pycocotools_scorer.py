"""The curves of COCO's evaluation by pycocotools: the reference, and slow."""

import contextlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from proxy_tasks.coco_curves import AREAS, MAX_DETECTIONS, CocoCurves
from proxy_tasks.detection_dataset import DetectionSplit, coco_boxes
from proxy_tasks.detections import Detections


@dataclass(frozen=True, slots=True)
class Masks:
    """In COCO's run lengths on the canvas: of all objects of a split, and of all detections."""

    truth: list[dict[str, Any]]
    found: list[dict[str, Any]]


def pycocotools_curves(
    split: DetectionSplit,
    detections: Detections,
    *,
    areas: bool = False,
    masks: Masks | None = None,
) -> CocoCurves:
    """Precision and recall of checked detections; over all sizes alone unless `areas`.

    With `masks` those are compared, and not the boxes.
    """
    sides = split.coco, _results(split, detections)
    if masks is not None:
        _put_masks(sides[0], masks.truth)
        _put_masks(sides[1], masks.found)
        for annotation in sides[1]["annotations"]:
            annotation["area"] = float(coco_mask.area(annotation["segmentation"]))
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints its progress
        truth, found = (_indexed(side) for side in sides)
        if areas:
            for side in (truth, found):
                _to_source_areas(side, split)
        evaluation = COCOeval(truth, found, "bbox" if masks is None else "segm")
        labels = AREAS if areas else AREAS[:1]
        evaluation.params.maxDets = list(MAX_DETECTIONS)
        evaluation.params.areaRng = evaluation.params.areaRng[: len(labels)]
        evaluation.params.areaRngLbl = list(labels)
        evaluation.evaluate()
        evaluation.accumulate()
    return CocoCurves(evaluation.eval["precision"], evaluation.eval["recall"])


def _put_masks(side: dict[str, list[dict[str, Any]]], masks: list[dict[str, Any]]) -> None:
    for annotation, mask in zip(side["annotations"], masks, strict=True):
        annotation["segmentation"] = mask


def _indexed(dataset: dict[str, list[dict[str, Any]]]) -> COCO:
    coco = COCO()
    coco.dataset = dataset
    coco.createIndex()
    return coco


def _results(split: DetectionSplit, detections: Detections) -> dict[str, list[dict[str, Any]]]:
    """What COCO.loadRes makes of a list of results, which it refuses to do for an empty one."""
    size = split.image_size
    images = split.image_ids[detections.image_index].tolist()
    categories = np.asarray(split.category_ids)[detections.labels].tolist()
    boxes = coco_boxes(detections.boxes).tolist()
    rows = zip(images, categories, boxes, detections.scores.tolist(), strict=True)
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
        "images": [{"id": i, "width": size, "height": size} for i in split.image_ids.tolist()],
        "annotations": annotations,
        "categories": [{"id": i} for i in split.category_ids],
    }


def _to_source_areas(side: COCO, split: DetectionSplit) -> None:
    scales = dict(zip(split.image_ids.tolist(), split.scales.tolist(), strict=True))
    for annotation in side.dataset["annotations"]:
        annotation["area"] /= scales[annotation["image_id"]] ** 2
