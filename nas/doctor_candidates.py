"""What the trainings of `nas doctor` measured, architecture by architecture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nas.doctor_sample import Sample
from results import Failure, Trial
from results.time_spent import metrics_of_all_parts
from search_space import Genotype
from search_space.detail_loss import detail_loss


@dataclass(frozen=True, slots=True)
class Candidate:
    """One architecture of the sample.

    Args:
        random: drawn uniformly; else for being sound.
        detail_loss: in levels; 0 is sound.
        short: metrics of each training at the config's fidelity that came to its end.
        long: of the long training; None where it failed or none was planned.
        failures: of its trainings.
        parts: metrics of the first training by the share of its steps, 1 at its end; without what
            failed.
    """

    key: str
    genotype: Genotype
    random: bool
    detail_loss: int
    params: float
    madds: float
    short: tuple[Mapping[str, float], ...]
    long: Mapping[str, float] | None
    failures: tuple[Failure, ...]
    parts: Mapping[float, Mapping[str, float]] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether no output pretends to be finer than its inputs are."""
        return self.detail_loss == 0

    def values(self, metric: str) -> list[float]:
        """Of the short trainings that have it."""
        return [metrics[metric] for metrics in self.short if metric in metrics]

    def mean(self, metric: str) -> float | None:
        """Over the short trainings; None where none has it."""
        found = self.values(metric)
        return sum(found) / len(found) if found else None


def candidates(sample: Sample, trials: Sequence[Trial]) -> list[Candidate]:
    """Of a run whose trainings have all ended, in the order of the sample."""
    n = len(sample.genotypes)
    passes = [trials[first : first + n] for first in range(0, len(trials), n)]
    return [_candidate(sample, i, [trials[i] for trials in passes]) for i in range(n)]


def _candidate(sample: Sample, index: int, trials: Sequence[Trial]) -> Candidate:
    rungs = len(sample.rung_fidelities)
    parts, trainings = trials[: rungs + 1], trials[rungs:]
    short = trainings[: sample.size.seeds]
    ended = [trial for trial in trainings[sample.size.seeds :] if trial.failure is None]
    architecture, whole = trials[0].architecture, metrics_of_all_parts(trials)
    return Candidate(
        key=architecture.key,
        genotype=sample.genotypes[index],
        random=index < sample.size.architectures,
        detail_loss=detail_loss(architecture),
        params=trials[0].metrics["params"],
        madds=trials[0].metrics["madds"],
        short=tuple(whole[trial.number] for trial in short if trial.failure is None),
        long=ended[0].metrics if ended else None,
        failures=tuple(trial.failure for trial in trainings if trial.failure is not None),
        parts={
            share: trial.metrics
            for share, trial in zip((*sample.size.rungs, 1.0), parts, strict=True)
            if trial.failure is None
        },
    )
