"""A whole search on one screen: from a config to trials in a store."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial

from nas.compose import make_controller, make_cost, make_data, make_objective, make_space, make_task
from nas.config import Config
from nas.pump_local import pump_local
from nas.study import Study
from results import Trial, TrialStore


@contextmanager
def search(config: Config, store: TrialStore) -> Iterator[tuple[Study, Iterator[Trial]]]:
    """The study of a config on a store, new or resumed, and its finished trials as they come.

        with search(config, store) as (study, trials):
            for trial in trials:
                print(trial.number, trial.reward)

    Data are read and checked here, before the first trial, and once for all workers.
    """
    data = make_data(config)
    space = make_space(config)
    study = Study(
        space=space,
        controller=make_controller(config, space),
        objective=make_objective(config),
        store=store,
        budget=config.search.trials,
        seed=config.search.seed,
        fidelity=config.fidelity.canonical(),
        cost=make_cost(config, data.train.num_classes),
    )
    with closing(_pump(config, study)) as trials:
        yield study, trials


def _pump(config: Config, study: Study) -> Generator[Trial]:
    if config.search.pump == "local":
        return pump_local(study, make_task(config))
    from nas.pump_ray import pump_ray, start_ray

    start_ray(config.search.workers)
    return pump_ray(study, partial(make_task, config), config.search.workers)
