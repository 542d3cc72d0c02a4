"""What follows from the figures of `nas doctor`, in one line."""

from typing import Final

from nas.doctor_report import SEEDS, DoctorReport, Figures
from results.estimate import Estimate, Measured, Unmeasured
from results.reliability import ALL_EQUAL, FEWEST, OUT_OF_RANGE

GOOD: Final = 0.75  # reliability, as in Koo and Li (J. Chiropractic Medicine 2016): good,
POOR: Final = 0.5  # and poor below this
WANTED: Final = 0.85  # of the mean over seeds that is advised
WIDE: Final = 0.4  # an interval that leaves the question open
STRONG: Final = 0.5  # rank agreement that a search has to reckon with
NAMES: Final = {
    "madds": "multiply-adds",
    "params": "parameters",
    "detail_loss": "detail loss",
}


def verdict(report: DoctorReport) -> str:
    """What the proxy can tell apart, from which difference on, and what to do."""
    if report.failed == report.trainings:
        return "no training succeeded: see the failures"
    parts = [
        _reliability(report),
        _sound(report.sound),
        _difference(report),
        _seeds(report),
        _long(report),
        _baseline(report.random),
        _interval(report),
    ]
    return "; ".join(part for part in parts if part)


def seeds_needed(icc: float) -> int | None:
    """The least number of seeds, of 1, 2, 3 and 5, whose mean has the wanted reliability.

    By Spearman and Brown: N ICC / (1 + (N - 1) ICC). None: not with 5.
    """
    return next((n for n in SEEDS if n * icc >= WANTED * (1 + (n - 1) * icc)), None)


def compared(report: DoctorReport) -> Figures:
    """Those a search compares in the end: the sound ones, or all where these are too few."""
    known = isinstance(report.sound.reliability.icc, Estimate)
    return report.sound if known else report.random


def _reliability(report: DoctorReport) -> str:
    icc = report.random.reliability.icc
    if isinstance(icc, Unmeasured):
        return f"cannot be judged on random architectures ({icc.reason})"
    words = {
        "good": "tells architectures apart",
        "moderate": "tells architectures apart roughly",
        "poor": "does not tell architectures apart",
        "unclear": "may or may not tell architectures apart",
    }
    return f"{words[grade(icc)]}: ICC {_with_interval(icc)}"


def _sound(figures: Figures) -> str:
    icc = figures.reliability.icc
    if isinstance(icc, Unmeasured):
        return f"the sound ones cannot be judged ({icc.reason})"
    return f"{grade(icc)} among the sound ones, ICC {_with_interval(icc)}"


def grade(icc: Estimate) -> str:
    """How reliable a single training is: good, moderate, poor, or unclear."""
    if icc.low < POOR and icc.high >= GOOD:
        return "unclear"
    return "good" if icc.value >= GOOD else "moderate" if icc.value >= POOR else "poor"


def _difference(report: DoctorReport) -> str:
    found = compared(report)
    one = found.resolvable[1]
    if isinstance(one, Unmeasured):
        return ""
    whose = " among the sound ones" if found is report.sound else ""
    return f"believe an order{whose} from differences of {one.value:.3f} AP on"


def _seeds(report: DoctorReport) -> str:
    icc = compared(report).reliability.icc
    if isinstance(icc, Unmeasured) or grade(icc) == "unclear":
        return ""
    needed = seeds_needed(icc.value)
    if needed is None:
        return "five seeds do not help enough: train longer, or on other data"
    return "one seed will do" if needed == 1 else f"use {needed} seeds where it matters"


def _long(report: DoctorReport) -> str:
    rho = compared(report).rank_long
    if isinstance(rho, Unmeasured) or rho.value >= STRONG:
        return ""
    # One seed of the longer training: its noise lowers the agreement.
    may = "changes" if rho.high < STRONG else "may change"
    return f"the order {may} in a longer training (rank agreement {_with_interval(rho)})"


def _baseline(figures: Figures) -> str:
    known = {name: _size(value) for name, value in figures.baselines.items()}
    name = max(known, key=lambda name: known[name], default="")
    if not name or known[name] < STRONG:
        return ""
    return f"a search must beat {NAMES[name]}, rank agreement {known[name]:.2f} for nothing"


def _interval(report: DoctorReport) -> str:
    found = compared(report).reliability
    icc = found.icc
    if isinstance(icc, Unmeasured):
        if icc.reason in (ALL_EQUAL, OUT_OF_RANGE):
            return ""
        if found.things >= FEWEST:
            return "take --seeds 2 to know more"
    elif grade(icc) != "unclear" and icc.high - icc.low <= WIDE:
        return ""
    return "take more --architectures to know more"


def _size(value: Measured) -> float:
    """0 where it may be chance."""
    if isinstance(value, Unmeasured) or value.low <= 0 <= value.high:
        return 0.0
    return abs(value.value)


def _with_interval(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
