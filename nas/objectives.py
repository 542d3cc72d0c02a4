"""From the metrics of an evaluation to the reward that a controller sees; larger is better."""

from collections.abc import Mapping


def ap(metrics: Mapping[str, float]) -> float:
    """COCO AP, the paper's reward (section 5.1): 0..1, no term for cost."""
    return metrics["AP"]
