"""A figure with its uncertainty, or why there is none."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A statistic that cannot be had; `reason` completes the sentence "not known: ..."."""

    reason: str


Measured = Estimate | Unmeasured
