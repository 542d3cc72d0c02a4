"""From the metrics of an evaluation to the reward that a controller sees; larger is better."""

import math
from collections.abc import Mapping

from nas.errors import UsageError

MNASNET_EXPONENT = -0.07  # arXiv 1807.11626 section 3.1: at twice the cost, 5 % more accuracy
STEEPEST = -10.0  # a reward falls to a thousandth at twice the target; steeper, all are 0 alike


def ap(metrics: Mapping[str, float]) -> float:
    """COCO AP, the paper's reward (section 5.1): 0..1, no term for cost. UsageError without one."""
    if "AP" not in metrics:
        raise UsageError(
            f"the task reports {', '.join(metrics)} but no AP: give an objective of your own with "
            "--search.objective package.module:function"
        )
    return metrics["AP"]


class ApUnder:
    """AP * (cost / target) ** w, the reward of MnasNet (arXiv 1807.11626 equations 2 and 3).

    w is alpha up to the target and beta above it. Equal, as by default, they trade AP for cost on
    both sides: the soft limit. alpha=0 with beta=-1 is the paper's hard limit, AP alone up to the
    target.

    Args:
        metric: the cost: params, madds, or another number above 0 that the task reports.
        target: T, in the metric's unit.
        alpha, beta: exponents, -10 to 0.

    Raises:
        UsageError: no metric's name, a target that is no number above 0, an exponent
            outside its range.
    """

    def __init__(
        self,
        metric: str,
        target: float,
        alpha: float = MNASNET_EXPONENT,
        beta: float = MNASNET_EXPONENT,
    ) -> None:
        if not isinstance(metric, str) or not metric:
            raise UsageError(f"metric is {metric!r}: name one that the task reports, as madds")
        self.metric = metric
        self.target = _number("target", target)
        self.alpha, self.beta = _number("alpha", alpha), _number("beta", beta)
        if self.target <= 0:
            raise UsageError(f"the target is {target!r} {metric}: give a number above 0")
        for name, exponent in (("alpha", self.alpha), ("beta", self.beta)):
            if not STEEPEST <= exponent <= 0:
                raise UsageError(
                    f"{name} is {exponent!r}: give {STEEPEST} to 0, as {MNASNET_EXPONENT}; above 0 "
                    "it would reward cost"
                )

    def __call__(self, metrics: Mapping[str, float]) -> float:
        """The reward. Raises UsageError without AP, or without a cost above 0."""
        if self.metric not in metrics:
            raise UsageError(
                f"the task reports {', '.join(metrics)} but no {self.metric}: name another metric "
                "with --search.objective_options.metric"
            )
        cost = metrics[self.metric]
        if cost <= 0:
            raise UsageError(f"{self.metric} is {cost}: a cost is a number above 0")
        exponent = self.alpha if cost <= self.target else self.beta
        return ap(metrics) * math.pow(cost / self.target, exponent)


class ApUnderMadds(ApUnder):
    """`ApUnder` of multiply-adds: `madds` is the target, of the detector at the run's fidelity."""

    def __init__(
        self, madds: float, alpha: float = MNASNET_EXPONENT, beta: float = MNASNET_EXPONENT
    ) -> None:
        super().__init__("madds", madds, alpha, beta)


def _number(name: str, value: object) -> float:
    """A finite number. Raises UsageError."""
    if isinstance(value, int | float) and type(value) is not bool and math.isfinite(value):
        return float(value)
    raise UsageError(f"{name} is {value!r}: give a number")
