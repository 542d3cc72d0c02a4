"""Whether a network is at least as good as another, but for a margin that is given beforehand."""

from dataclasses import replace

from results.noise import Noise
from results.paired_steps import Arm, Step, Verdict, measured_step, seeds_needed


def at_least_as_good(one: Arm, other: Arm, margin: float) -> Step:
    """Decided by the 95 % interval of the difference, whose `p` decides nothing.

    Confirmed where its lower end is above -margin and its upper end not below 0, or both are one
    network; contradicted where its upper end is below 0.
    """
    step = replace(measured_step(one, other), margin=margin)
    step = replace(step, verdict=_verdict(step, margin))
    return replace(step, needed=_needed(step, margin))


def _verdict(step: Step, margin: float) -> Verdict:
    if step.failed:
        return Verdict.NOT_RESOLVED
    if step.same:
        return Verdict.CONFIRMED
    found = step.difference
    if found is None:
        return Verdict.NOT_RESOLVED
    if found.high < 0:
        return Verdict.CONTRADICTED
    return Verdict.CONFIRMED if found.low > -margin else Verdict.NOT_RESOLVED


def _needed(step: Step, margin: float) -> int | None:
    """Seeds at which one of the two ends is where it decides with 80 % power, at this difference.

    The lower end is `value + margin` from where it confirms, the upper end -value from where it
    contradicts: whichever takes fewer.
    """
    noise: Noise | None = step.noise
    if step.verdict is not Verdict.NOT_RESOLVED or step.failed:
        return None
    if noise is None or step.difference is None:
        return None
    distances = (step.difference.value + margin, -step.difference.value)
    counts = [seeds_needed(distance, noise.sd) for distance in distances if distance > 0]
    return min((count for count in counts if count is not None), default=None)
