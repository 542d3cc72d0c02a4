"""What has been seen: the trials of a run, kept in one file, and their leaderboard.

Leaderboards bring pandas and are imported when they are first used: to fetch a trial needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from results.errors import (
    InvalidExport,
    InvalidNoise,
    InvalidTrial,
    NotARun,
    NotComparable,
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
from results.front import hypervolume, pareto_front
from results.noise import Noise
from results.outcome import Failure, FailureKind, Outcome
from results.trial import Trial, TrialStatus
from results.trial_rows import TrialSummary
from results.trial_store import TrialStore
from results.warm_trial import WarmTrial

if TYPE_CHECKING:
    from results.ancestor_chain import ancestors
    from results.baselines_frame import baseline_standings, baselines
    from results.beliefs_frame import beliefs
    from results.best_so_far_frame import best_so_far
    from results.chance_frame import chance
    from results.comparison_frame import compare
    from results.decisions_of_run import decisions
    from results.failure_frame import failure_kinds
    from results.known_noise import measured_noise
    from results.leaderboard_frame import export, leaderboard
    from results.learning_curve_frame import learning_curves
    from results.lineage_frame import ancestry, lineage
    from results.report_content import report_document
    from results.report_html import report_page
    from results.rung_frame import rung_agreement

__all__ = [
    "Event",
    "Failure",
    "FailureKind",
    "InvalidExport",
    "InvalidNoise",
    "InvalidTrial",
    "Noise",
    "NotARun",
    "NotComparable",
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
    "ancestors",
    "ancestry",
    "baseline_standings",
    "baselines",
    "beliefs",
    "best_so_far",
    "chance",
    "compare",
    "decisions",
    "export",
    "failure_kinds",
    "hypervolume",
    "leaderboard",
    "learning_curves",
    "lineage",
    "measured_noise",
    "pareto_front",
    "report_document",
    "report_page",
    "rung_agreement",
]

_NEED_PANDAS = {
    "ancestors": "ancestor_chain",
    "ancestry": "lineage_frame",
    "baseline_standings": "baselines_frame",
    "baselines": "baselines_frame",
    "beliefs": "beliefs_frame",
    "best_so_far": "best_so_far_frame",
    "chance": "chance_frame",
    "compare": "comparison_frame",
    "decisions": "decisions_of_run",
    "export": "leaderboard_frame",
    "failure_kinds": "failure_frame",
    "leaderboard": "leaderboard_frame",
    "learning_curves": "learning_curve_frame",
    "lineage": "lineage_frame",
    "measured_noise": "known_noise",
    "report_document": "report_content",
    "report_page": "report_html",
    "rung_agreement": "rung_frame",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name not in _NEED_PANDAS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_NEED_PANDAS[name]}"), name)
