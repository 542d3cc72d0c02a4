"""How many trials of a run failed, by kind, and how many attempts were lost without a failure."""

from collections import Counter
from collections.abc import Mapping

from results import FailureKind, TrialStore


def failures(store: TrialStore) -> Counter[FailureKind]:
    """Failed trials by kind."""
    return Counter(trial.failure.kind for trial in store.failed() if trial.failure is not None)


def failure_line(store: TrialStore) -> str | None:
    """As the end of a search says it; None where nothing failed and no attempt was lost."""
    failed = failures(store)
    lost = sum(event.kind == "lost" for event in store.events())
    # A trial's last loss is its failure.
    again = lost - sum(count for kind, count in failed.items() if kind.is_infrastructure)
    parts = [counted(failed)] if failed else []
    if again > 0:
        what = "attempt lost with its worker" if again == 1 else "attempts lost with their workers"
        parts.append(f"{again} {what} and tried again")
    return f"failures: {'; '.join(parts)}" if parts else None


def counted(failed: Mapping[FailureKind, int]) -> str:
    """`3 diverged, 1 time_limit`, the most frequent first."""
    ordered = sorted(failed.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {kind}" for kind, count in ordered)
