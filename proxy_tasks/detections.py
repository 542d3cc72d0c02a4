"""What a detector found on the pictures of a split."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.detection_dataset import DetectionSplit


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """K detections in any order. Raises ValueError for NaN, infinities and inverted boxes."""

    image_index: NDArray[np.int64]  # [K], 0..N-1 into the split
    boxes: NDArray[np.float32]  # [K, 4] x1 y1 x2 y2 in canvas pixels
    scores: NDArray[np.float32]  # [K], higher is surer
    labels: NDArray[np.int64]  # [K], 0..C-1

    def __post_init__(self) -> None:
        k = len(self.boxes)
        for name, shape, kind in (
            ("image_index", (k,), "iu"),
            ("boxes", (k, 4), "f"),
            ("scores", (k,), "f"),
            ("labels", (k,), "iu"),
        ):
            value = getattr(self, name)
            if value.shape != shape:
                raise ValueError(f"{name} has shape {value.shape}; expected {shape}")
            if value.dtype.kind not in kind:  # None among the scores makes objects of them all
                raise ValueError(
                    f"{name} of detections must be {'floats' if kind == 'f' else 'integers'};"
                    f" got {value.dtype}"
                )
        for name in ("boxes", "scores"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} of detections must be finite; got NaN or infinity")
        if (self.boxes[:, 2:] < self.boxes[:, :2]).any():
            raise ValueError("boxes of detections must have x1 <= x2 and y1 <= y2")

    def __len__(self) -> int:
        return len(self.boxes)

    def check_for(self, split: DetectionSplit) -> None:
        """Raises ValueError for an index or a label that the split does not have."""
        for name, values, end in (
            ("image_index", self.image_index, len(split)),
            ("labels", self.labels, split.num_classes),
        ):
            wrong = values[(values < 0) | (values >= end)]
            if len(wrong):
                raise ValueError(f"{name} of a detection is {wrong[0]}; expected 0..{end - 1}")
