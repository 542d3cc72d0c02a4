"""From the metrics of an evaluation to the reward that a controller sees; larger is better."""

from collections.abc import Mapping

from nas.errors import UsageError


def ap(metrics: Mapping[str, float]) -> float:
    """COCO AP, the paper's reward (section 5.1): 0..1, no term for cost. UsageError without one."""
    if "AP" not in metrics:
        raise UsageError(
            f"the task reports {', '.join(metrics)} but no AP: give an objective of your own with "
            "--search.objective package.module:function"
        )
    return metrics["AP"]
