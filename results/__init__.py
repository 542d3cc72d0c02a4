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
    UnknownTrial,
)
from results.event import Event
from results.leaderboard import export, leaderboard
from results.outcome import Failure, FailureKind, Outcome
from results.trial import Trial, TrialStatus
from results.trial_rows import TrialSummary
from results.trial_store import TrialStore

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
    "UnknownTrial",
    "export",
    "leaderboard",
]
