"""COCO's average precision."""

from proxy_tasks.detection_dataset import DetectionSplit
from proxy_tasks.detections import Detections
from proxy_tasks.hotcoco_scorer import hotcoco_curves
from proxy_tasks.pycocotools_scorer import pycocotools_curves
from proxy_tasks.recipe import SCORERS, EvaluationRecipe

CURVES = {"hotcoco": hotcoco_curves, "pycocotools": pycocotools_curves}


def average_precision(
    split: DetectionSplit,
    detections: Detections,
    *,
    areas: bool = False,
    scorer: str = SCORERS[0],
) -> dict[str, float]:
    """AP, AP50, AP75 and AR (100 detections) over all areas, each 0..1, as COCO defines them.

    `areas=True` gives COCO's twelve: also AR1, AR10 and APs, APm, APl, ARs, ARm, ARl for small,
    medium and large objects (sides 32 and 96 px in the source picture), NaN where there are none.
    Classes without an object do not count. No detections: 0.0. `scorer` is hotcoco or pycocotools:
    the same numbers, to the last bit. What either would score silently and wrongly is refused.
    Raises ValueError for an index or a label out of range and for a split without objects to find.
    """
    recipe = EvaluationRecipe(scorer)
    detections.check_for(split)
    if split.crowd.all():
        raise ValueError("the split has no object but crowd regions; AP needs at least one")
    return CURVES[recipe.scorer](split, detections, areas=areas).metrics()
