"""Precision over recall of a COCO evaluation, and the metrics that are read off it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_DETECTIONS = (1, 10, 100)  # per picture and class, cocoeval's Params.setDetParams
AREAS = ("all", "small", "medium", "large")
AP50, AP75 = 0, 5  # among the thresholds 0.50, 0.55 .. 0.95


@dataclass(frozen=True, slots=True, eq=False)
class CocoCurves:
    """What COCOeval accumulates: T = 10 IoU thresholds, R = 101 recalls, C classes, A area ranges.

    The last axis is MAX_DETECTIONS. -1 where there is no object to find.
    """

    precision: NDArray[np.float64]  # [T, R, C, A, 3]
    recall: NDArray[np.float64]  # [T, C, A, 3]

    def metrics(self) -> dict[str, float]:
        """AP, AP50, AP75, AR; with four area ranges COCO's twelve. NaN where nothing is."""
        precision, recall = self.precision, self.recall
        metrics = {
            "AP": _mean(precision[:, :, :, 0, -1]),
            "AP50": _mean(precision[AP50, :, :, 0, -1]),
            "AP75": _mean(precision[AP75, :, :, 0, -1]),
            "AR": _mean(recall[:, :, 0, -1]),
        }
        if recall.shape[2] == len(AREAS):
            metrics |= {"AR1": _mean(recall[:, :, 0, 0]), "AR10": _mean(recall[:, :, 0, 1])}
            for number, area in enumerate(AREAS[1:], start=1):
                metrics[f"AP{area[0]}"] = _mean(precision[:, :, :, number, -1])
                metrics[f"AR{area[0]}"] = _mean(recall[:, :, number, -1])
        return metrics


def _mean(values: NDArray[np.float64]) -> float:
    known = values[values > -1]
    return float(known.mean()) if known.size else float("nan")
