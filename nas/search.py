"""A whole search on one screen: from a config to trials in a store."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

from nas.committed_study import CommittedStudy
from nas.compose import Parts, make_task
from nas.config import Config
from nas.crash_watch import until_too_many_crash
from nas.halving import make_rungs
from nas.node_check import node_check
from nas.paused_trainings import checkpoint_folder, without_stale
from nas.pump_local import pump_local
from nas.study import Study
from nas.tracking import tracked
from nas.trial_source import TrialSource
from nas.worker_needs import WorkerNeeds
from proxy_tasks.task import ProxyTask
from results import Trial, TrialStore


@contextmanager
def search(
    config: Config, parts: Parts, store: TrialStore
) -> Iterator[tuple[Study, Iterator[Trial]]]:
    """The study of a config on a store, new or resumed, and its finished trials as they come.

        with search(config, make_parts(config), store) as (study, trials):
            for trial in trials:
                print(trial.number, trial.reward)

    `parts` are fresh for each call: the study brings the controller to where the journal ends. The
    config's trackers log the trials, and what they have not of earlier ones.
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
        attempts=config.failures.attempts,
    )
    with ExitStack() as stack:
        trials = tracked(_pump(config, study, stack), config, store)
        yield study, stack.enter_context(closing(trials))


def _pump(config: Config, study: Study, stack: ExitStack) -> Generator[Trial]:
    if study.done:  # a finished run: no worker is needed to say so
        return _nothing()
    if not config.halving.rungs:
        return pump(config, study, stack)
    checkpoints = checkpoint_folder(study.store)
    trials = stack.enter_context(closing(pump(config, study, stack, checkpoints)))
    return without_stale(trials, study, checkpoints)


@contextmanager
def planned_trials(
    config: Config, study: CommittedStudy, make: Callable[[Config], ProxyTask] = make_task
) -> Iterator[Iterator[Trial]]:
    """The trials of a study without controller as they finish; no worker is started for none."""
    with ExitStack() as stack:
        if study.done:
            yield iter(())
        else:
            yield stack.enter_context(closing(pump(config, study, stack, make=make)))


def pump(
    config: Config,
    source: TrialSource,
    stack: ExitStack,
    checkpoints: Path | None = None,
    make: Callable[[Config], ProxyTask] = make_task,
) -> Generator[Trial]:
    """Finished trials of a source, by the pump that a config names; `stack` ends its session.

    `make`: the task, in each worker. Raises TooManyCrashes after so many that a bug must be the
    reason.
    """
    trials = stack.enter_context(closing(_pump_of(config, source, stack, checkpoints, make)))
    failures = config.failures
    return until_too_many_crash(trials, failures.stop_share, failures.window)


def _pump_of(
    config: Config,
    source: TrialSource,
    stack: ExitStack,
    checkpoints: Path | None,
    make: Callable[[Config], ProxyTask],
) -> Generator[Trial]:
    if config.search.pump == "local":
        return pump_local(source, make(config), checkpoints)
    from nas.pump_ray import pump_ray
    from nas.ray_nodes import check_nodes
    from nas.ray_session import ray_session
    from nas.shipped_modules import shipped_modules

    workers, address, needs = config.search.workers, config.search.address, WorkerNeeds.of(config)
    modules = shipped_modules([config.task.name]) if address else ()
    session = stack.enter_context(ray_session(workers, needs, address, modules))
    if address:
        with node_check(config, checkpoints) as missing:
            check_nodes(needs, missing)
    return pump_ray(
        source,
        partial(make, config),
        workers,
        needs=needs,
        time_limit=config.failures.time_limit,
        checkpoints=checkpoints,
        session=session,
    )


def _nothing() -> Generator[Trial]:
    yield from ()
