"""The trainings of `nas doctor`, in their order, and which training a trial was."""

from collections.abc import Iterator
from dataclasses import replace

from nas.config import Config
from nas.doctor_sample import Sample
from nas.errors import UsageError
from nas.planned_study import PlannedTrial
from search_space import SearchSpace


def long_fidelity(config: Config, factor: float) -> str:
    """That of the long training, canonical: the config's with `factor` times the steps.

    Raises UsageError where these are no more.
    """
    short = config.fidelity
    stop = None if short.stop_step is None else round(factor * short.stop_step)
    long = replace(short, steps=round(factor * short.steps), stop_step=stop)
    if long.last_step <= short.last_step:
        raise UsageError(
            f"--long {factor:g}: so many times {short.last_step} steps are no more; give a larger "
            "factor, or 0 for no long training"
        )
    return long.canonical()


def plan(sample: Sample, space: SearchSpace) -> list[PlannedTrial]:
    """All architectures with one seed, then with the next; the long trainings last."""
    members = [(genotype, space.decode(genotype)) for genotype in sample.genotypes]
    return [
        PlannedTrial(genotype, architecture, fidelity)
        for fidelity in rounds(sample)
        for genotype, architecture in members
    ]


def rounds(sample: Sample) -> Iterator[str]:
    """The fidelity of each pass over the architectures."""
    for _ in range(sample.size.seeds):
        yield sample.fidelity
    if sample.long_fidelity:
        yield sample.long_fidelity
