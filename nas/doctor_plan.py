"""The trainings of `nas doctor`, in their order, and which training a trial was."""

from collections.abc import Iterator
from dataclasses import replace

from nas.committed_study import PlannedTrial
from nas.config import Config
from nas.doctor_sample import Sample, SampleSize, draw_genotypes
from nas.errors import UsageError
from nas.halving import check_pauses, part_fidelities
from search_space import SearchSpace


def make_sample(config: Config, space: SearchSpace, size: SampleSize) -> Sample:
    """Of a new run. Raises UsageError for what the task, the config or the space cannot do."""
    rungs = _rung_fidelities(config, size)
    return Sample(
        size,
        draw_genotypes(space, size, config.search.seed),
        config.fidelity.canonical(),
        long_fidelity(config, size.long) if size.long and _has_lengths(config) else "",
        rungs,
    )


def _rung_fidelities(config: Config, size: SampleSize) -> tuple[str, ...]:
    if size.rungs and config.task.name != "detection":
        from nas.compose import make_task

        check_pauses(size.rungs, "--rungs", config.task.name, make_task(config))
    return part_fidelities(config.fidelity, size.rungs, "--rungs")


def _has_lengths(config: Config) -> bool:
    """Whether the task can be told to train longer, and its reward depends on that."""
    # A landscape's is of the share that is trained, not of the steps.
    if config.task.name in ("detection", "landscape"):
        return config.task.name == "detection"
    from nas.compose import make_task
    from proxy_tasks.task import MultiFidelityTask

    return isinstance(make_task(config), MultiFidelityTask)


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
    """All architectures with one seed, then with the next; the long trainings last.

    With rungs, all are brought to the lowest first, then to the next, then to the end.
    """
    members = [(genotype, space.decode(genotype)) for genotype in sample.genotypes]
    continuing = range(1, len(sample.rung_fidelities) + 1)
    return [
        PlannedTrial(
            genotype,
            architecture,
            fidelity,
            continues=(turn - 1) * len(members) + i if turn in continuing else None,
        )
        for turn, fidelity in enumerate(rounds(sample))
        for i, (genotype, architecture) in enumerate(members)
    ]


def rounds(sample: Sample) -> Iterator[str]:
    """The fidelity of each pass over the architectures."""
    yield from sample.rung_fidelities
    for _ in range(sample.size.seeds):
        yield sample.fidelity
    if sample.long_fidelity:
        yield sample.long_fidelity
