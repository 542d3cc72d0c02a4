"""A whole search on one screen: from a config to trials in a store."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial

from nas.compose import Parts, make_task
from nas.config import Config
from nas.pump_local import pump_local
from nas.study import Study
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
        fidelity=config.fidelity.canonical(),
        cost=parts.cost,
    )
    with ExitStack() as stack:
        yield study, stack.enter_context(closing(_pump(config, study, stack)))


def _pump(config: Config, study: Study, stack: ExitStack) -> Generator[Trial]:
    if study.done:  # a finished run: no worker is needed to say so
        return _nothing()
    if config.search.pump == "local":
        return pump_local(study, make_task(config))
    from nas.pump_ray import pump_ray, ray_session

    stack.enter_context(ray_session(config.search.workers))
    return pump_ray(study, partial(make_task, config), config.search.workers)


def _nothing() -> Generator[Trial]:
    yield from ()
