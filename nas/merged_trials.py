"""The finished trials of several runs, each evaluation once, as the trials of one run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from results import Trial, TrialStatus
from results.imported_trial import ImportedTrial

Identity = tuple[str, str, int]  # key, fidelity and seed: of one evaluation


@dataclass(frozen=True, slots=True)
class _Evaluation:
    trial: Trial
    continues: Identity | None
    source: str

    @property
    def identity(self) -> Identity:
        return self.trial.key, self.trial.fidelity, self.trial.seed

    @property
    def place(self) -> tuple[bool, float, str, str]:
        """Of the same evaluation in two runs, the smaller stays: completed, then earlier."""
        trial = self.trial
        content = (trial.genotype, trial.reward, sorted(trial.metrics.items()), str(trial.failure))
        failed = trial.status is TrialStatus.FAILED
        return failed, trial.finished or 0.0, repr(content), self.source


def merged_trials(runs: Iterable[tuple[str, Sequence[Trial]]]) -> list[ImportedTrial]:
    """Numbered from 0, in the order in which they ended; `runs` are names and finished trials.

    A completed evaluation stays before a failed one, then the earlier. All follows from what the
    trials say, so that neither the order of runs nor one that comes twice makes a difference.
    """
    return _numbered(_each_once(one for run, trials in runs for one in _evaluations(trials, run)))


def _evaluations(finished: Sequence[Trial], run: str) -> list[_Evaluation]:
    identities = {trial.number: (trial.key, trial.fidelity, trial.seed) for trial in finished}
    return [
        _Evaluation(
            trial,
            None if trial.continues is None else identities[trial.continues],
            f"trial {trial.number} of {run}",
        )
        for trial in finished
    ]


def _each_once(found: Iterable[_Evaluation]) -> dict[Identity, _Evaluation]:
    kept: dict[Identity, _Evaluation] = {}
    for one in found:
        other = kept.get(one.identity)
        if other is None or one.place < other.place:
            kept[one.identity] = one
    return kept


def _numbered(kept: Mapping[Identity, _Evaluation]) -> list[ImportedTrial]:
    """By the time of the result, but none before what it continues, though clocks may jump."""
    places: dict[Identity, tuple[float, int]] = {}  # the time, and how many come before at it

    def place(one: _Evaluation) -> tuple[float, int]:
        if one.identity not in places:
            before = (0.0, -1) if one.continues is None else place(kept[one.continues])
            places[one.identity] = max((one.trial.finished or 0.0, 0), (before[0], before[1] + 1))
        return places[one.identity]

    order = sorted(kept.values(), key=lambda one: (place(one), one.identity))
    numbers = {one.identity: number for number, one in enumerate(order)}
    return [
        ImportedTrial(
            replace(
                one.trial,
                number=number,
                continues=None if one.continues is None else numbers[one.continues],
            ),
            one.source,
        )
        for number, one in enumerate(order)
    ]
