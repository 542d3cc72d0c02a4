"""A run as a reader finds it, and what a driver says of it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from results import Trial, TrialStatus, TrialStore
from results.event import Event
from results.training_length import training_length
from tests.torture.audit import Evaluation

PRINTED = re.compile(
    r"trial (\d+) [0-9a-f]{8}.*? (?:reward (-?\d+\.\d{4}|infeasible)|failed, (\w+): )"
)


@dataclass(frozen=True)
class Record:
    """A whole run."""

    trials: list[Trial]
    events: list[Event]
    meta: dict[str, str]

    @property
    def finished(self) -> dict[int, Trial]:
        return {t.number: t for t in self.trials if t.status is not TrialStatus.RUNNING}

    @property
    def candidates(self) -> int:
        return sum(trial.continues is None for trial in self.trials)

    def of_kind(self, *kinds: str) -> Counter[int]:
        """How many such events each trial has."""
        return Counter(event.number for event in self.events if event.kind in kinds)

    def journal(self) -> list[tuple[object, ...]]:
        """What does not depend on the time of day; results as they are now."""
        trials = {trial.number: trial for trial in self.trials}
        return [
            (event.kind, event.number, trials[event.number].key, trials[event.number].seed)
            + ((said(trials[event.number]), trials[event.number].reward) if ended(event) else ())
            for event in self.events
        ]


def ended(event: Event) -> bool:
    return event.kind in ("observe", "import")


def read(store: TrialStore) -> Record:
    with store.snapshot():
        return Record(store.trials(), list(store.events()), store.meta())


def evaluation(trial: Trial) -> Evaluation:
    return trial.seed, f"{training_length(trial.fidelity).share:.6g}"


def said(trial: Trial) -> str:
    """What its progress line says of a trial that has ended."""
    if trial.failure is not None:
        return str(trial.failure.kind)
    return "infeasible" if trial.reward is None else f"{trial.reward:.4f}"


def brief(trial: Trial | None) -> str:
    """For a message."""
    if trial is None:
        return "none"
    times = f"{trial.started:.3f} to {trial.finished}"
    return f"trial {trial.number} {trial.key[:8]} {trial.status} {said(trial)}, {times}"


def printed(lines: Iterable[str]) -> set[tuple[int, str]]:
    """Number and result of the trials in a driver's progress lines."""
    found = (PRINTED.search(line.partition("  best")[0]) for line in lines)
    return {(int(one[1]), one[2] or one[3]) for one in found if one is not None}
