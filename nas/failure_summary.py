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
    again = _lost_and_tried_again(store)
    parts = [counted(failed)] if failed else []
    if again > 0:
        what = "attempt lost with its worker" if again == 1 else "attempts lost with their workers"
        parts.append(f"{again} {what} and tried again")
    return f"failures: {'; '.join(parts)}" if parts else None


def _lost_and_tried_again(store: TrialStore) -> int:
    """A trial's last loss is its failure; one that was taken over may have failed without any."""
    lost = Counter(event.number for event in store.events() if event.kind == "lost")
    given_up = sum(
        trial.failure is not None and trial.failure.kind.is_infrastructure and trial.number in lost
        for trial in store.failed()
    )
    return lost.total() - given_up


def counted(failed: Mapping[FailureKind, int]) -> str:
    """`3 diverged, 1 time_limit`, the most frequent first."""
    ordered = sorted(failed.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {kind}" for kind, count in ordered)
