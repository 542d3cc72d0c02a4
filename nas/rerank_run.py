"""The further trainings of a run: a race between its networks, then the best on the test split.

Both are runs of their own beside it, RUN_DIR/rerank and RUN_DIR/rerank/test, so that the search's
journal stays what its controller did.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from nas.committed_study import Commitments, CommittedStudy
from nas.config import Config
from nas.config_file import write_planned_config
from nas.errors import UsageError
from nas.planned_store import planned_store
from nas.planned_study import PlannedStudy
from nas.rerank_command import race_trainings
from nas.rerank_finalists import finalists
from nas.rerank_study import STREAM, RerankStudy
from nas.run_directory import refuse_planned
from nas.search import planned_trials
from nas.stored_config import stored_config
from nas.study import trial_seed
from results import Noise, Trial, TrialStore, beliefs, reranked
from results.networks import RERANK, TEST, Network, Run, networks_of
from results.store_file import RUN_FILE

Trainings = tuple[CommittedStudy, Iterator[Trial]]


def rerank_config(directory: Path) -> Config:
    """The config of the search. Raises UsageError for a run that is no search's."""
    with TrialStore.open_read_only(directory) as search:
        refuse_planned(search, directory)
        return stored_config(search, directory)


def has_test_split(config: Config) -> bool:
    """Whether a network that was trained can be scored on pictures that no search has seen."""
    if config.task.name != "detection":
        return False
    return bool(config.data.test if config.data.directory else config.data.scenes_test)


@contextmanager
def race(
    directory: Path,
    config: Config,
    budget: int,
    noise: Noise | None = None,
    entered: Callable[[Trial], bool] | None = None,
) -> Iterator[Trainings]:
    """The race of a run, new or gone on with, up to so many trainings; and these as they finish.

    `noise`: of a training, measured elsewhere; `entered`: which networks take part, by a trial of
    the search. Raises UsageError, NotARun and its kin.
    """
    from nas.compose import make_task

    with _further(directory, config, directory / RERANK) as (search, given):
        networks = _networks(directory, search)
        if entered is not None:
            networks = [one for one in networks if entered(search.trial(one.trial))]
        study = RerankStudy(
            networks=networks,
            recall=search.trial,
            budget=budget,
            seed=config.search.seed,
            noise=noise,
            **given,
        )
        with planned_trials(config, study, make_task) as trials:
            yield study, trials


@contextmanager
def finals(
    directory: Path,
    config: Config,
    top: int,
    told: Callable[[str], None],
    noise: Noise | None = None,
) -> Iterator[Trainings]:
    """The `top` networks of the race trained once more each and scored on the test split, too.

    They are chosen once: see `nas.rerank_finalists`, for `told`, too. Raises as `race` does.
    """
    from nas.compose import make_data, make_tested_task
    from nas.data_progress import data_progress

    with _further(directory, config, directory / RERANK / TEST) as (search, given):
        with data_progress() as progress:
            make_data(config, with_test=True, progress=progress)
        best = partial(_best, directory, noise)
        asked = race_trainings(directory), top
        study = PlannedStudy(
            plan=finalists(search, given["store"], best, asked, told),
            seed=trial_seed(config.search.seed, STREAM),
            **given,
        )
        with planned_trials(config, study, make_tested_task) as trials:
            yield study, trials


@contextmanager
def _further(
    directory: Path, config: Config, folder: Path
) -> Iterator[tuple[TrialStore, Commitments]]:
    """A search, and what it takes to commit further trainings of it in a folder."""
    from nas.compose import make_cost, make_objective
    from nas.data_progress import data_progress

    with TrialStore.open_read_only(directory) as search:
        with data_progress() as progress:
            cost, objective = make_cost(config, progress), make_objective(config)
        origin = _origin(search)
        meta = {"config": json.dumps(config.as_dict()), reranked.RERANKED: origin}
        with planned_store(folder, lambda: meta, "moving it elsewhere") as store:
            if store.meta().get(reranked.RERANKED) != origin:
                raise UsageError(
                    f"{folder} is of another run than {search.path}: move it elsewhere, and the "
                    "same command begins anew"
                )
            write_planned_config(folder, config)
            given = Commitments(store=store, objective=objective, cost=cost)
            yield search, {**given, "attempts": config.failures.attempts}


def _networks(directory: Path, search: TrialStore) -> list[Network]:
    """With the rewards of the search, and of those that were scored on the test split."""
    tested = directory / RERANK / TEST
    runs: list[Run] = [search, *([tested] if (tested / RUN_FILE).exists() else [])]
    return networks_of(runs, further=False)


def _best(directory: Path, noise: Noise | None) -> list[int]:
    return [int(number) for number in beliefs(directory, noise)["trial"]]


def _origin(search: TrialStore) -> str:
    found = reranked.origin(search)
    if found is None:
        raise UsageError(f"{search.path} has no trials: there is nothing to rank")
    return found
