"""What has been seen: the trials of a run, kept in one file, and their leaderboard.

Leaderboards bring pandas and are imported when they are first used: to fetch a trial needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from results.errors import (
    InvalidExport,
    InvalidTrial,
    NotARun,
    ResultsError,
    StoreBusy,
    StoreDamaged,
    StoreExists,
    StoreFull,
    StoreInaccessible,
    UnknownMetric,
    UnknownTrial,
)
from results.event import Event
from results.front import hypervolume
from results.outcome import Failure, FailureKind, Outcome
from results.trial import Trial, TrialStatus
from results.trial_rows import TrialSummary
from results.trial_store import TrialStore
from results.warm_trial import WarmTrial

if TYPE_CHECKING:
    from results.leaderboard_frame import export, leaderboard

__all__ = [
    "Event",
    "Failure",
    "FailureKind",
    "InvalidExport",
    "InvalidTrial",
    "NotARun",
    "Outcome",
    "ResultsError",
    "StoreBusy",
    "StoreDamaged",
    "StoreExists",
    "StoreFull",
    "StoreInaccessible",
    "Trial",
    "TrialStatus",
    "TrialStore",
    "TrialSummary",
    "UnknownMetric",
    "UnknownTrial",
    "WarmTrial",
    "export",
    "hypervolume",
    "leaderboard",
]

_NEED_PANDAS = ("export", "leaderboard")


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name not in _NEED_PANDAS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.leaderboard_frame"), name)
