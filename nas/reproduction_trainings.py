"""The trainings of a reproduction, each part made or gone on with by the machinery of its kind."""

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from nas.config import Config
from nas.failed_kinds import reopen_failed
from nas.network_study import Compared, NetworkStudy
from nas.reproduction import NETWORKS, Reproduction, Search
from nas.reproduction_checks import TEST_SPLIT, check_same, check_search
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
from results import FailureKind, NotARun, TrialStore
from results.belief import FEWEST
from results.networks import trained_networks
from results.store_file import RUN_FILE


def run_searches(reproduction: Reproduction, console: Console) -> None:
    """Each group of searches that are compared, to its budget; then their races.

    Raises UsageError.
    """
    for group in reproduction.groups():
        for search in group:
            run_search(search, console)
        run_races(group, reproduction.limit, console)


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
        check_search(store, known, search)
        if known != config:
            keep_config(directory, store, config)
        yield store


def run_races(searches: Sequence[Search], limit: float, console: Console) -> None:
    """Between all networks of each search, then between those of at most `limit` multiply-adds.

    A race that one of them has too few networks for is made for none: they have equal budgets.
    """
    if not _enough(searches, math.inf, "networks with a reward", console):
        return
    for search in searches:
        contenders = race(search.directory, search.config, search.budget.rerank)
        drive(contenders, console, "trainings of contenders")
    searches = [search for search in searches if search.budget.rerank_within]
    if not _enough(searches, limit, "of them within SpineNet-49's cost", console):
        return
    for search in searches:
        both = search.budget.rerank + search.budget.rerank_within
        contenders = race(
            search.directory,
            search.config,
            both,
            entered=lambda trial: trial.metrics["madds"] <= limit,
        )
        what = "trainings of contenders, the later ones within SpineNet-49's cost"
        drive(contenders, console, what)


def _enough(searches: Sequence[Search], limit: float, what: str, console: Console) -> bool:
    """Whether each search has networks for a race; says which has not."""
    for search in searches:
        costs = trained_networks(search.directory, further=False).best()["madds"]
        if (there := int((costs <= limit).sum())) < FEWEST:
            said = f"no race: {search.directory} has {there} {what}, and it takes {FEWEST}"
            console.print(said, soft_wrap=True, highlight=False, markup=False)
            return False
    return True


def retry_lost(reproduction: Reproduction, console: Console) -> None:
    """Begins compared networks' trainings again that failed with their worker or node."""
    directory = reproduction.directory / NETWORKS
    kinds = frozenset(kind for kind in FailureKind if kind.is_infrastructure)
    with _opened_networks(directory, reproduction.config) as store:
        if count := reopen_failed(store, kinds):
            said = f"lost with a worker or node, and tried again: {count} of {directory}"
            console.print(said, soft_wrap=True, highlight=False, markup=False)


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
    for name, config in reproduction.resnets.items():
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
    from nas.search import planned_trials

    check_gpus(config)
    tested = has_test_split(config)
    if tested:
        with data_progress() as progress:
            make_data(config, with_test=True, progress=progress)
    with _opened_networks(reproduction.directory / NETWORKS, config) as store:
        study = NetworkStudy(
            networks=networks,
            seeds=seeds,
            cost_at=lambda body, text: reproduction.cost_at(body, Fidelity.from_canonical(text)),
            store=store,
            objective=make_objective(config),
            cost=lambda body: reproduction.cost_at(body, config.fidelity),
            attempts=config.failures.attempts,
        )
        with planned_trials(config, study, make_tested_task if tested else make_task) as trials:
            yield study, trials


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
        check_same(stored_config(store, directory), config, directory, TEST_SPLIT)
        write_config(directory, config)
    except BaseException:
        store.close()
        raise
    return store
