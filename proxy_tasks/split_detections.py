"""What a trained detector finds on all pictures of a split."""

import numpy as np
import torch

from proxy_tasks.detections import Detections
from proxy_tasks.detector import BatchDetections, Detector
from proxy_tasks.errors import Diverged
from proxy_tasks.image_source import ImageSource

MOST_IMAGES, MOST_PIXELS = 50, 2**22  # a batch; at 512 px and 80 classes 4 GB


def detect_all(detector: Detector, images: ImageSource, count: int) -> Detections:
    """Detections on pictures 0 to `count` - 1; they leave the device once, at the end.

    Raises Diverged when a box or score is not a number.
    """
    detector.eval()
    step = max(1, min(MOST_IMAGES, MOST_PIXELS // detector.image_size**2))
    parts = images.stream(np.arange(at, min(at + step, count)) for at in range(0, count, step))
    found = _joined([detector.detect(pictures) for pictures in parts])
    if not (found.scores.isfinite().all() and found.boxes.isfinite().all()):
        raise Diverged("the trained detector gives boxes or scores that are not numbers")
    image, rank = (found.scores > 0).nonzero(as_tuple=True)
    return Detections(
        image.cpu().numpy(),
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
