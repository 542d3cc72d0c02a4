"""A detection task that trains in a second."""

from pathlib import Path
from typing import Any

from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.recipe import (
    AnchorScale,
    DetectionLimits,
    DetectorRecipe,
    Fidelity,
    LossScale,
    MatchScale,
    TrainingRecipe,
)
from proxy_tasks.scenes import make_scenes

TINY = Fidelity(
    steps=4,
    batch_size=4,
    image_size=64,
    filter_scale=0.125,
    resample_alpha=0.5,
    endpoint_filters=16,
    head_convs=1,
    head_filters=16,
    stem_filters=16,
)


def make_tiny_task(cache: Path, **changes: Any) -> DetectionTask:
    """Of generated scenes at 64 px, but for the fields that change."""
    settings: dict[str, Any] = {
        "data": make_scenes(image_size=64, train=40, reward=20, test=0, cache_dir=cache),
        "fidelity": TINY,
        "training": TrainingRecipe(learning_rate=1e-2),
        "detector": DetectorRecipe(normalization="batch_norm"),
        "anchors": AnchorScale(1.5, 1, (1.0,)),
        "matching": MatchScale(0.4, 0.3),
        "loss": LossScale(box_weight=20.0),
        "limits": DetectionLimits(score_threshold=0.0),
    }
    return DetectionTask(**{**settings, **changes})
