"""The further trainings of a run: a race between its networks, then the best on the test split.

Both are runs of their own beside it, RUN_DIR/rerank and RUN_DIR/rerank/test, so that the search's
journal stays what its controller did.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from nas.config import Config
from nas.errors import UsageError
from nas.planned_study import PlannedStudy, PlannedTrial
from nas.rerank_study import STREAM, RerankStudy
from nas.run_directory import RERANKED, refuse_doctor, refuse_occupied, write_config
from nas.stored_config import stored_config
from nas.study import trial_seed
from results import Trial, TrialStore, beliefs
from results.networks import RERANK, TEST, Network, networks_of
from results.store_file import RUN_FILE

Trainings = tuple[RerankStudy | PlannedStudy, Iterator[Trial]]


def rerank_config(directory: Path) -> Config:
    """The config of the search. Raises UsageError for a run that is no search's."""
    with TrialStore.open_read_only(directory) as search:
        refuse_doctor(search, directory)
        return stored_config(search, directory)


def has_test_split(config: Config) -> bool:
    """Whether a network that was trained can be scored on pictures that no search has seen."""
    if config.task.name != "detection":
        return False
    return bool(config.data.test if config.data.directory else config.data.scenes_test)


@contextmanager
def race(directory: Path, config: Config, budget: int) -> Iterator[Trainings]:
    """The race of a run, new or gone on with, up to so many trainings; and these as they finish.

    Raises UsageError, NotARun and its kin.
    """
    from nas.compose import make_cost, make_objective, make_task
    from nas.data_progress import data_progress
    from nas.search import pump

    with ExitStack() as stack:
        search = stack.enter_context(TrialStore.open_read_only(directory))
        with data_progress() as progress:
            cost, objective = make_cost(config, progress), make_objective(config)
        store = stack.enter_context(_opened(directory / RERANK, search, config))
        study = RerankStudy(
            networks=_networks(directory, search, stack),
            recall=search.trial,
            store=store,
            objective=objective,
            budget=budget,
            seed=config.search.seed,
            cost=cost,
            attempts=config.failures.attempts,
        )
        trials: Iterator[Trial] = iter(())
        if not study.done:
            trials = stack.enter_context(closing(pump(config, study, stack, make=make_task)))
        yield study, trials


@contextmanager
def finals(directory: Path, config: Config, top: int) -> Iterator[Trainings]:
    """The `top` networks of the race trained once more each and scored on the test split, too.

    One that has been is not trained again. Raises as `race` does.
    """
    from nas.compose import make_cost, make_data, make_objective, make_tested_task
    from nas.data_progress import data_progress
    from nas.search import pump

    with ExitStack() as stack:
        search = stack.enter_context(TrialStore.open_read_only(directory))
        with data_progress() as progress:
            cost, objective = make_cost(config, progress), make_objective(config)
            make_data(config, with_test=True, progress=progress)
        store = stack.enter_context(_opened(directory / RERANK / TEST, search, config))
        study = PlannedStudy(
            plan=_finalists(directory, search, store, top),
            store=store,
            objective=objective,
            seed=trial_seed(config.search.seed, STREAM),
            cost=cost,
            attempts=config.failures.attempts,
        )
        trials: Iterator[Trial] = iter(())
        if not study.done:
            trials = stack.enter_context(closing(pump(config, study, stack, make=make_tested_task)))
        yield study, trials


def _networks(directory: Path, search: TrialStore, stack: ExitStack) -> list[Network]:
    """With the rewards of the search, and of those that were scored on the test split."""
    tested = directory / RERANK / TEST
    runs = [search]
    if (tested / RUN_FILE).exists():
        runs.append(stack.enter_context(TrialStore.open_read_only(tested)))
    return networks_of(runs, further=False)


def _finalists(
    directory: Path, search: TrialStore, store: TrialStore, top: int
) -> list[PlannedTrial]:
    """Those that are in the store, in their order; then the best of all that are not."""
    planned = [
        PlannedTrial(trial.genotype or (), trial.architecture, trial.fidelity)
        for trial in store.trials()
    ]
    there = {one.architecture.key for one in planned}
    best = beliefs(directory).head(top)
    for key, number in zip(best["key"], best["trial"], strict=True):
        if key not in there:
            trial = search.trial(int(number))
            planned.append(PlannedTrial(trial.genotype or (), trial.architecture, trial.fidelity))
    return planned


def _opened(directory: Path, search: TrialStore, config: Config) -> TrialStore:
    """The store of further trainings, made where there is none. Raises UsageError for another's."""
    origin = _origin(search)
    if not (directory / RUN_FILE).exists():
        refuse_occupied(directory, "moving it elsewhere")
        meta = {"config": json.dumps(config.as_dict()), RERANKED: origin}
        store = TrialStore.create(directory, meta)
    else:
        store = TrialStore.open(directory)
    try:
        if store.meta().get(RERANKED) != origin:
            raise UsageError(
                f"{directory} is of another run than {search.path}: move it elsewhere, and the "
                "same command begins anew"
            )
        write_config(directory, config)
    except BaseException:
        store.close()
        raise
    return store


def _origin(search: TrialStore) -> str:
    """What tells a run from others, in whichever folder it lies."""
    if not search.count():
        raise UsageError(f"{search.path} has no trials: there is nothing to rank")
    first = search.trials()[0]
    return json.dumps([first.key, first.seed, first.started])
