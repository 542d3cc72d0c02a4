"""The trainings of a reproduction, each part made or gone on with by the machinery of its kind."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from rich.console import Console

from nas.changed_config import CHANGEABLE, CHANGEABLE_SETTINGS
from nas.config import Config
from nas.errors import UsageError
from nas.network_study import Compared, NetworkStudy
from nas.reproduction import NETWORKS, Reproduction, Search
from nas.rerank_run import Trainings, has_test_split, race
from nas.run_directory import (
    REPRODUCED,
    create_run,
    keep_config,
    open_run,
    refuse_occupied,
    write_config,
)
from nas.stored_config import stored_config
from nas.training_progress import drive, watch
from proxy_tasks.recipe import Fidelity
from results import NotARun, TrialStore, beliefs
from results.belief import FEWEST
from results.store_file import RUN_FILE

# What two lives of one part may differ in. A fork may change the controller and seed, this may not.
FREE_SECTIONS = tuple(name for name in CHANGEABLE if name != "controller")
FREE_SETTINGS = tuple(name for name in CHANGEABLE_SETTINGS if name != "search.seed")


def run_search(search: Search, console: Console) -> None:
    """To its budget. Raises UsageError for a run in its place that is another search's."""
    from nas.compose import make_parts
    from nas.data_progress import data_progress
    from nas.search import search as begun

    with data_progress() as progress:
        parts = make_parts(search.config, progress)
    with opened_search(search) as store:
        if search.config.search.trials <= store.candidates(ended=True):
            return
        with begun(search.config, parts, store) as (study, trials):
            watch(store, study.budget, trials, console, "candidates")


@contextmanager
def opened_search(search: Search) -> Iterator[TrialStore]:
    """The store of a search, made where there is none."""
    directory, config = search.directory, search.config
    if not (directory / RUN_FILE).exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        with create_run(directory, config) as store:
            yield store
        return
    store, known = open_run(directory)
    with store:
        check_same(known, config, directory)
        if (there := store.candidates()) > config.search.trials:
            raise UsageError(
                f"{directory} has {there} candidates, and this scale {config.search.trials}: "
                "searches that are compared have one budget, so give another --run-dir"
            )
        if known != config:
            keep_config(directory, store, config)
        yield store


def run_races(search: Search, limit: float, console: Console) -> None:
    """Between all networks of a search, then between those of at most `limit` multiply-adds."""
    directory, config, budget = search.directory, search.config, search.budget
    drive(race(directory, config, budget.rerank), console, "trainings of contenders")
    within = int((beliefs(directory)["madds"] <= limit).sum())
    if not budget.rerank_within or within < FEWEST:
        return
    both = budget.rerank + budget.rerank_within
    entered = race(directory, config, both, entered=lambda trial: trial.metrics["madds"] <= limit)
    drive(entered, console, "trainings of contenders, the later ones within SpineNet-49's cost")


def train_networks(
    reproduction: Reproduction,
    networks: Sequence[Compared],
    console: Console,
    *,
    seeds: int | None = None,
    workers: int | None = None,
) -> None:
    """Each with all seeds, or the first few, less what is there; by so many workers."""
    config = reproduction.config
    if workers is not None:
        section = config.search.model_copy(update={"workers": workers})
        config = config.model_copy(update={"search": section})
    drive(
        _networks(reproduction, config, networks, reproduction.seeds[:seeds]),
        console,
        "trainings of networks that are compared",
    )


def train_resnets(reproduction: Reproduction, console: Console) -> None:
    """ResNet-50-FPN with all seeds, in this process."""
    from nas.baselines import train_bodies
    from nas.compared_networks import RESNET

    directory = reproduction.directory / NETWORKS
    tested = has_test_split(reproduction.config)
    for name, config in reproduction.resnets().items():
        for one in train_bodies(
            directory, config, {name: RESNET}, reproduction.seeds, tested=tested
        ):
            said = f"AP {one.reward}" if one.failure is None else str(one.failure)
            console.print(f"{name}: {said}", soft_wrap=True, highlight=False, markup=False)


@contextmanager
def _networks(
    reproduction: Reproduction, config: Config, networks: Sequence[Compared], seeds: Sequence[int]
) -> Iterator[Trainings]:
    from nas.compose import make_data, make_objective, make_task, make_tested_task
    from nas.data_progress import data_progress
    from nas.gpu_check import check_gpus
    from nas.search import pump

    check_gpus(config)
    tested = has_test_split(config)
    if tested:
        with data_progress() as progress:
            make_data(config, with_test=True, progress=progress)
    with ExitStack() as stack:
        store = stack.enter_context(_opened_networks(reproduction.directory / NETWORKS, config))
        study = NetworkStudy(
            networks=networks,
            seeds=seeds,
            cost_at=lambda body, text: reproduction.cost_at(body, Fidelity.from_canonical(text)),
            store=store,
            objective=make_objective(config),
            cost=lambda body: reproduction.cost_at(body, config.fidelity),
            attempts=config.failures.attempts,
        )
        if study.done:
            yield study, iter(())
        else:
            make = make_tested_task if tested else make_task
            yield study, stack.enter_context(closing(pump(config, study, stack, make=make)))


def _opened_networks(directory: Path, config: Config) -> TrialStore:
    if not (directory / RUN_FILE).exists():
        refuse_occupied(directory)
        directory.parent.mkdir(parents=True, exist_ok=True)
        meta = {"config": json.dumps(config.as_dict()), REPRODUCED: "networks"}
        store = TrialStore.create(directory, meta)
    else:
        store = TrialStore.open(directory)
    try:
        if REPRODUCED not in store.meta():
            raise NotARun(f"{directory} is another run's: give another --run-dir")
        check_same(stored_config(store, directory), config, directory)
        write_config(directory, config)
    except BaseException:
        store.close()
        raise
    return store


def check_same(known: Config, config: Config, directory: Path) -> None:
    """Raises UsageError where a run that is there was begun with settings that its trials feel."""
    theirs, ours = known.as_dict(), config.as_dict()
    for section in theirs:
        for name in sorted({**theirs[section], **ours[section]}):
            old, new = theirs[section].get(name), ours[section].get(name)
            setting = f"{section}.{name}"
            if old == new or section in FREE_SECTIONS or setting in FREE_SETTINGS:
                continue
            raise UsageError(
                f"{directory} was begun with {setting} {old}, not {new}: give another --run-dir, "
                "or the scale and options that it was begun with"
            )
