"""What a training in parts took: a trial's own times are those of its part alone."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

TIMES: Final = ("seconds", "cpu_seconds")  # metrics that add up over the parts of a training


class Part(Protocol):
    """A trial, or what a table needs of one."""

    @property
    def number(self) -> int: ...

    @property
    def continues(self) -> int | None: ...

    @property
    def metrics(self) -> Mapping[str, float]: ...


def metrics_of_all_parts(trials: Iterable[Part]) -> dict[int, Mapping[str, float]]:
    """Each trial's metrics by its number, with the times of the parts that it continues added.

    A part that failed has no times, and what was before it is lost: the next began from the start.
    """
    known: dict[int, Mapping[str, float]] = {}
    for trial in sorted(trials, key=lambda trial: trial.number):  # the earlier part first
        before = {} if trial.continues is None else known.get(trial.continues, {})
        times = {
            name: trial.metrics[name] + before[name]
            for name in TIMES
            if name in trial.metrics and name in before
        }
        known[trial.number] = {**trial.metrics, **times}
    return known
