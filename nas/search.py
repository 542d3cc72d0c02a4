"""A whole search on one screen: from a config to trials in a store."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

from nas.compose import Parts, make_task
from nas.config import Config
from nas.halving import make_rungs
from nas.paused_trainings import CHECKPOINTS, without_stale
from nas.pump_local import pump_local
from nas.study import Study
from nas.trial_source import TrialSource
from results import Trial, TrialStore


@contextmanager
def search(
    config: Config, parts: Parts, store: TrialStore
) -> Iterator[tuple[Study, Iterator[Trial]]]:
    """The study of a config on a store, new or resumed, and its finished trials as they come.

        with search(config, make_parts(config), store) as (study, trials):
            for trial in trials:
                print(trial.number, trial.reward)

    `parts` are fresh for each call: the study brings the controller to where the journal ends.
    """
    study = Study(
        space=parts.space,
        controller=parts.controller,
        objective=parts.objective,
        store=store,
        budget=config.search.trials,
        seed=config.search.seed,
        fidelity=make_rungs(config),
        cost=parts.cost,
    )
    with ExitStack() as stack:
        yield study, stack.enter_context(closing(_pump(config, study, stack)))


def _pump(config: Config, study: Study, stack: ExitStack) -> Generator[Trial]:
    if study.done:  # a finished run: no worker is needed to say so
        return _nothing()
    if not config.halving.rungs:
        return pump(config, study, stack)
    checkpoints = study.store.path.parent / CHECKPOINTS
    trials = stack.enter_context(closing(pump(config, study, stack, checkpoints)))
    return without_stale(trials, study, checkpoints)


def pump(
    config: Config, source: TrialSource, stack: ExitStack, checkpoints: Path | None = None
) -> Generator[Trial]:
    """Finished trials of a source, by the pump that a config names; `stack` ends its session."""
    if config.search.pump == "local":
        return pump_local(source, make_task(config), checkpoints)
    from nas.pump_ray import pump_ray, ray_session

    workers = config.search.workers
    stack.enter_context(ray_session(workers))
    return pump_ray(
        source,
        partial(make_task, config),
        workers,
        gpus=config.device.gpus,
        checkpoints=checkpoints,
    )


def _nothing() -> Generator[Trial]:
    yield from ()
