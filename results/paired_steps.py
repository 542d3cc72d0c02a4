"""Differences between networks that were trained with the same seeds, and what is decided by them.

The variance of a difference is estimated from that difference's own pairs, and not pooled over all
networks of a claim: in 20,000 simulated claims about four equal networks, of which a seed matters
four times as much to one, a pooled variance calls a step to that one significant in 15 %, the pairs
alone in 5 %. They cost 10 % of an interval's width at ten seeds.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from results.estimate import Estimate
from results.noise import Noise, noise_of_repeats
from results.racing import normal_share
from results.student import student_975, student_bound, student_p

LEVEL: Final = 0.05  # of all steps of a claim together, two-sided
POWER: Final = 0.8
MOST_SEEDS: Final = 100_000


class Verdict(StrEnum):
    """Of a claim, or of a step of one."""

    CONFIRMED = "confirmed"
    NOT_RESOLVED = "not resolved"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Arm:
    """A network's results by seed; `failed`: trainings without one.

    key: what makes two arms the same trainings; empty: not known.
    """

    name: str
    values: Mapping[int, float]
    failed: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """That `better` is above `worse`, as far as was measured.

    Args:
        difference: mean over the common seeds, with its own 95 % interval (Student's t); None with
            fewer than two of them.
        means: of the two, over the seeds of each; None without any.
        seeds: that both have.
        noise: of a difference of two trainings with one seed.
        failed: trainings of the two; nothing is decided while there are any.
        p: of no difference: two-sided, Holm's over all steps of the claim.
        needed: seeds at which the observed difference decides with 80 % power; None where it has,
            where trainings failed, or where no number up to MOST_SEEDS does.
        margin: where `better` need only be as good as `worse`, how far below is as good.
        same: whether both are one network.
    """

    better: str
    worse: str
    difference: Estimate | None
    means: tuple[float | None, float | None]
    seeds: int
    failed: int
    noise: Noise | None = None
    p: float = 1.0
    verdict: Verdict = Verdict.NOT_RESOLVED
    needed: int | None = None
    margin: float | None = None
    same: bool = False


def paired_steps(pairs: Sequence[tuple[Arm, Arm]]) -> list[Step]:
    """One step for each (better, worse), decided together: Holm (1979) over the two-sided p."""
    found = [measured_step(better, worse) for better, worse in pairs]
    adjusted = holm([step.p for step in found])
    steps = [
        replace(step, p=p, verdict=_verdict(step, p))
        for step, p in zip(found, adjusted, strict=True)
    ]
    left = sum(step.verdict is Verdict.NOT_RESOLVED for step in steps)
    return [replace(step, needed=_needed(step, LEVEL / max(left, 1))) for step in steps]


def verdict_of(steps: Sequence[Step]) -> Verdict:
    """Of a claim: confirmed if each step is, contradicted if one is; open if trainings failed."""
    verdicts = {step.verdict for step in steps}
    if any(step.failed for step in steps):
        return Verdict.NOT_RESOLVED
    if Verdict.CONTRADICTED in verdicts:
        return Verdict.CONTRADICTED
    if verdicts == {Verdict.CONFIRMED}:
        return Verdict.CONFIRMED
    return Verdict.NOT_RESOLVED


def holm(values: Sequence[float]) -> list[float]:
    """p-values adjusted for their number, in their order; below LEVEL together as one was."""
    adjusted, highest = [1.0] * len(values), 0.0
    order = sorted(range(len(values)), key=lambda place: values[place])
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = highest
    return adjusted


def seeds_needed(difference: float, sd: float, level: float = LEVEL) -> int | None:
    """Pairs at which a difference is significant with 80 % power; None beyond MOST_SEEDS.

    Noncentral t by the approximation of Johnson and Welch (1940): within a pair of the exact
    number (tests).
    """

    def enough(pairs: int) -> bool:
        return _power(abs(difference) / sd * math.sqrt(pairs), pairs - 1, level) >= POWER

    if sd == 0:
        return 2 if difference else None
    if not enough(MOST_SEEDS):
        return None
    low, high = 1, MOST_SEEDS  # the test needs two
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _power(shift: float, freedom: int, level: float) -> float:
    bound = student_bound(level, freedom)
    scale = math.sqrt(1 + bound**2 / (2 * freedom))
    ratio = (bound * (1 - 1 / (4 * freedom)) - shift) / scale
    return 1 - float(normal_share(np.array([ratio]))[0])


def measured_step(better: Arm, worse: Arm) -> Step:
    """Before anything is decided; p is of this step alone."""
    seeds = sorted(better.values.keys() & worse.values.keys())
    known = Step(
        better=better.name,
        worse=worse.name,
        difference=None,
        means=(_mean(better), _mean(worse)),
        seeds=len(seeds),
        failed=better.failed + worse.failed,
        same=bool(better.key) and better.key == worse.key,
    )
    differences = np.array([better.values[seed] - worse.values[seed] for seed in seeds])
    noise = noise_of_repeats([differences])
    if noise is None:
        return known
    value, error = float(differences.mean()), noise.sd / math.sqrt(len(seeds))
    reach = student_975(noise.freedom) * error
    t = value / error if error else math.copysign(math.inf, value) if value else 0.0
    p = student_p(t, noise.freedom)
    found = Estimate(value, value - reach, value + reach)
    return replace(known, difference=found, noise=noise, p=p)


def _mean(arm: Arm) -> float | None:
    return float(np.mean(list(arm.values.values()))) if arm.values else None


def _verdict(step: Step, p: float) -> Verdict:
    if step.difference is None or step.failed or p >= LEVEL:
        return Verdict.NOT_RESOLVED
    return Verdict.CONFIRMED if step.difference.value > 0 else Verdict.CONTRADICTED


def _needed(step: Step, level: float) -> int | None:
    if step.verdict is not Verdict.NOT_RESOLVED or step.noise is None or step.difference is None:
        return None
    if step.failed:
        return None
    return seeds_needed(step.difference.value, step.noise.sd, level)
