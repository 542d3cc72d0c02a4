"""What a trained detector finds on all pictures of a split."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from proxy_tasks.detections import Detections
from proxy_tasks.detector import BatchDetections, Detector
from proxy_tasks.errors import Diverged
from proxy_tasks.image_source import ImageSource
from proxy_tasks.processes import gathered, process_count, process_rank

MOST_IMAGES, MOST_PIXELS = 50, 2**22  # a batch; at 512 px and 80 classes 4 GB


def detect_all(detector: Detector, images: ImageSource, count: int) -> Detections:
    """Detections on pictures 0 to `count` - 1; they leave the device once, at the end.

    Processes that train together look at a part each, and all have all of it. Raises Diverged when
    a box or score is not a number.
    """
    detector.eval()
    number, processes = process_rank(), process_count()
    first, end = (part * count // processes for part in (number, number + 1))
    parts = [part for part in gathered(_found(detector, images, first, end)) if part is not None]
    arrays = [np.concatenate(of_all) for of_all in zip(*parts, strict=True)]
    if not (np.isfinite(arrays[1]).all() and np.isfinite(arrays[2]).all()):
        raise Diverged("the trained detector gives boxes or scores that are not numbers")
    return Detections(*arrays)


def _found(
    detector: Detector, images: ImageSource, first: int, end: int
) -> tuple[NDArray[Any], ...] | None:
    """Image indices, boxes, scores and labels; what is no number stays. None of no picture."""
    if first == end:
        return None
    step = max(1, min(MOST_IMAGES, MOST_PIXELS // detector.image_size**2))
    indices = (np.arange(at, min(at + step, end)) for at in range(first, end, step))
    found = _joined([detector.detect(pictures) for pictures in images.stream(indices)])
    bad = ~(found.scores.isfinite() & found.boxes.isfinite().all(2))
    image, rank = ((found.scores > 0) | bad).nonzero(as_tuple=True)
    return (
        image.cpu().numpy() + first,
        found.boxes[image, rank].cpu().numpy(),
        found.scores[image, rank].cpu().numpy(),
        found.labels[image, rank].cpu().numpy(),
    )


def _joined(parts: list[BatchDetections]) -> BatchDetections:
    return BatchDetections(
        torch.cat([part.boxes for part in parts]),
        torch.cat([part.scores for part in parts]),
        torch.cat([part.labels for part in parts]),
    )
