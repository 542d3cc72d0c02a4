"""What `nas doctor` found out about a proxy."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nas.doctor_candidates import Candidate
from nas.errors import UsageError
from nas.scorecard_statistics import median_interval
from results.estimate import Estimate, Measured, Unmeasured
from results.rank_agreement import rank_agreement
from results.reliability import Reliability, reliability

REWARD: Final = "AP"
SECONDS: Final = "cpu_seconds"
# Other rewards that a training gives for nothing, and whether a larger one is better.
OTHER_REWARDS: Final = {"AP50": 1, "AR": 1, "class_loss": -1, "box_loss": -1}
SEEDS: Final = (1, 2, 3, 5)
# The difference of two means of N trainings each has an error of sqrt(2 / N) seed SDs; twice that
# is exceeded by chance in 5 % of the pairs of equal architectures.
RESOLVED_SDS: Final = 2 * math.sqrt(2)
RESOLVED_RULE: Final = "2 sqrt(2) SD of a seed / sqrt(seeds)"


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one group of architectures.

    Args:
        count: architectures with a reward.
        mean: of their rewards.
        reliability: of the reward.
        resolvable: by number of seeds, the smallest difference of two rewards, each a mean over so
            many, that is not to be put down to chance (RESOLVED_RULE).
        rank_long: agreement of the mean short reward with that of the long training.
        baselines: agreement of the reward with what costs nothing: `madds` and `params`, more
            first, `detail_loss`, the least first.
        other_icc: by metric, of rewards that could stand in the AP's place.
        other_rank_long: by metric, their agreement with the long training's AP.
    """

    count: int
    mean: float | None
    reliability: Reliability
    resolvable: dict[int, Measured]
    rank_long: Measured
    baselines: dict[str, Measured]
    other_icc: dict[str, Measured]
    other_rank_long: dict[str, Measured]


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """All figures.

    Args:
        random: of the uniform members of the space.
        sound: of all without detail loss, whether drawn as such or not.
        cpu_seconds: median over the architectures of what a short training took.
        cpu_seconds_max: of the longest short training; None where the task does not say.
        failed, trainings: how many.
    """

    candidates: tuple[Candidate, ...]
    random: Figures
    sound: Figures
    cpu_seconds: Measured
    cpu_seconds_max: float | None
    failed: int
    trainings: int


def make_report(found: Sequence[Candidate], trainings: int, *, has_long: bool) -> DoctorReport:
    """From what was measured, failed trainings left out. Raises UsageError if there is no AP."""
    for metrics in (metrics for candidate in found for metrics in candidate.short):
        _check_known(metrics)
    seconds = [values for one in found if (values := one.values(SECONDS))]
    longest = max(map(max, seconds), default=None)
    return DoctorReport(
        candidates=tuple(found),
        random=figures([candidate for candidate in found if candidate.random], has_long),
        sound=figures([candidate for candidate in found if candidate.sound], has_long),
        cpu_seconds=_median([sum(values) / len(values) for values in seconds]),
        cpu_seconds_max=longest if longest is None or math.isfinite(longest) else None,
        failed=sum(len(candidate.failures) for candidate in found),
        trainings=trainings,
    )


def check_reward(metrics: Mapping[str, float]) -> None:
    """Raises UsageError where the reward is not among them, or not in its range, 0 to 1."""
    _check_known(metrics)
    if not 0 <= metrics[REWARD] <= 1:
        raise UsageError(
            f"the task reports {REWARD} = {metrics[REWARD]:g}: a doctor needs one in 0..1, so have "
            "it scaled to that"
        )


def _check_known(metrics: Mapping[str, float]) -> None:
    if REWARD not in metrics:
        raise UsageError(
            f"the task reports {', '.join(metrics)}: a doctor needs {REWARD}, so have it report "
            "its reward as that"
        )


def figures(group: Sequence[Candidate], has_long: bool) -> Figures:
    """Of a group of candidates; those without a reward are left out."""
    group = [candidate for candidate in group if candidate.short]
    means = [_mean(candidate, REWARD) for candidate in group]
    found = reliability([candidate.values(REWARD) for candidate in group])
    others = [
        name
        for name in OTHER_REWARDS
        if group and all(name in metrics for candidate in group for metrics in candidate.short)
    ]
    return Figures(
        count=len(group),
        mean=mean if means and math.isfinite(mean := sum(means) / len(means)) else None,
        reliability=found,
        resolvable={seeds: _resolvable(found.sd_within, seeds) for seeds in SEEDS},
        rank_long=_rank_long(group, REWARD, 1, has_long),
        baselines={
            name: rank_agreement([value(candidate) for candidate in group], means)
            for name, value in BASELINES.items()
        },
        other_icc={
            name: reliability([candidate.values(name) for candidate in group]).icc
            for name in others
        },
        other_rank_long={
            name: _rank_long(group, name, OTHER_REWARDS[name], has_long) for name in others
        },
    )


BASELINES: Final[dict[str, Callable[[Candidate], float]]] = {
    "madds": lambda candidate: candidate.madds,
    "params": lambda candidate: candidate.params,
    "detail_loss": lambda candidate: -candidate.detail_loss,
}


def _mean(candidate: Candidate, metric: str) -> float:
    mean = candidate.mean(metric)
    assert mean is not None  # asked of those that have it
    return mean


def _rank_long(group: Sequence[Candidate], metric: str, sign: int, has_long: bool) -> Measured:
    if not has_long:
        return Unmeasured("no long training was made")
    both = [
        (sign * _mean(candidate, metric), candidate.long[REWARD])
        for candidate in group
        if candidate.long is not None
    ]
    return rank_agreement([short for short, _ in both], [long for _, long in both])


def _resolvable(sd: Measured, seeds: int) -> Measured:
    if isinstance(sd, Unmeasured):
        return sd
    factor = RESOLVED_SDS / math.sqrt(seeds)
    return Estimate(factor * sd.value, factor * sd.low, factor * sd.high)


def _median(values: Sequence[float]) -> Measured:
    """With the bounds of the sign test; those of fewer than 6 values are their range."""
    if not values:
        return Unmeasured(f"the task reports no {SECONDS}")
    ordered = sorted(values)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    low, high = median_interval(ordered)
    if not all(map(math.isfinite, (middle, low, high))):
        return Unmeasured(f"the task's {SECONDS} are too large to add")
    return Estimate(middle, low, high)
