"""How evaluations end that do not end well: a pure function of candidate, seed and length."""

import hashlib
from collections.abc import Mapping

from proxy_tasks.errors import CandidateFailure, DataError, Diverged
from results import FailureKind

# Of an evaluation that fails, one in so many: what is raised, and what it is to be recorded as.
RAISED: dict[str, tuple[type[BaseException], str, FailureKind]] = {
    "diverges": (Diverged, "the loss is nan", FailureKind.DIVERGED),
    "gives up": (CandidateFailure, "no box is left", FailureKind.CRASHED),
    "has a bug": (ZeroDivisionError, "of the\ncandidate's own", FailureKind.CRASHED),
    "exits": (SystemExit, "3", FailureKind.CRASHED),
    "is too large": (MemoryError, "8 GiB", FailureKind.OUT_OF_MEMORY),
    "meets bad data": (DataError, "image 7 is cut", FailureKind.DATA_ERROR),
}
NOT_FINITE, INFEASIBLE, HANGS = "is not finite", "is infeasible", "hangs"
FATES = (*RAISED, NOT_FINITE, NOT_FINITE, *(2 * (INFEASIBLE,)))


def fate(key: str, seed: int, share: float, failing: float, hanging: float = 0.0) -> str | None:
    """What becomes of an evaluation, None for nothing; of many, the shares have each a fate."""
    digest = hashlib.blake2b(f"{key} {seed} {share:.6g}".encode(), digest_size=8).digest()
    place = int.from_bytes(digest, "big") / 2**64
    if place < failing:
        return FATES[int(place / failing * len(FATES))]
    return HANGS if place >= 1 - hanging else None


def recorded(fate: str | None) -> FailureKind | None:
    """The failure that a store must say an evaluation of this fate had; None: it completes."""
    if fate == NOT_FINITE:
        return FailureKind.DIVERGED
    if fate == HANGS:
        return FailureKind.TIME_LIMIT
    return RAISED[fate][2] if fate in RAISED else None


def feasible_ap(metrics: Mapping[str, float]) -> float | None:
    """The objective: AP, but nothing for the infeasible."""
    return metrics["AP"] if metrics["feasible"] else None
