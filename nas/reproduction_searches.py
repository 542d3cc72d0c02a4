"""The searches of a reproduction and their races, each made or gone on with."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from nas.paper_claims import RANDOM, SEARCH
from nas.reproduction import Reproduction, Search
from nas.reproduction_checks import check_search
from nas.rerank_run import race
from nas.run_directory import create_run, keep_config, open_run
from nas.training_progress import drive, watch
from results import TrialStore
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


def check_searches(reproduction: Reproduction) -> None:
    """Make what the two searches consist of, so that a mistake shows before anything is trained.

    Raises UsageError, DataError.
    """
    from nas.compose import make_parts
    from nas.data_progress import data_progress

    for name in (SEARCH, RANDOM):
        with data_progress() as progress:
            make_parts(reproduction.searches[name].config, progress)


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


def skipped_trainings(searches: Sequence[Search], limit: float) -> int:
    """Of each one's races, as many as are made for none of them; 0 while one is searching.

    searches: a group, of one budget.
    """
    if any(ended_trainings(one.directory) < one.config.search.trials for one in searches):
        return 0
    budget = searches[0].budget
    if _first_without(searches, math.inf) is not None:
        return budget.rerank + budget.rerank_within
    return 0 if _first_without(searches, limit) is None else budget.rerank_within


def ended_trainings(directory: Path) -> int:
    """Of a run; 0 where there is none."""
    if not (directory / RUN_FILE).exists():
        return 0
    with TrialStore.open_read_only(directory) as store:
        return store.candidates(ended=True)


def _enough(searches: Sequence[Search], limit: float, what: str, console: Console) -> bool:
    """Whether each search has networks for a race; says which has not."""
    found = _first_without(searches, limit)
    if found is None:
        return True
    search, there = found
    said = f"no race: {search.directory} has {there} {what}, and it takes {FEWEST}"
    console.print(said, soft_wrap=True, highlight=False, markup=False)
    return False


def _first_without(searches: Sequence[Search], limit: float) -> tuple[Search, int] | None:
    """A search with too few networks of at most `limit` multiply-adds for a race, and how many."""
    for search in searches:
        costs = trained_networks(search.directory, further=False).best()["madds"]
        if (there := int((costs <= limit).sum())) < FEWEST:
            return search, there
    return None
