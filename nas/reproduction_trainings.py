"""The trainings of the networks that a reproduction compares, made or gone on with."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from nas.config import Config
from nas.config_file import write_planned_config
from nas.failed_kinds import reopen_failed
from nas.network_study import Compared, NetworkStudy
from nas.planned_store import planned_store
from nas.reproduction import NETWORKS, Reproduction
from nas.reproduction_checks import TEST_SPLIT, check_same
from nas.rerank_run import Trainings, has_test_split
from nas.run_directory import REPRODUCED
from nas.stored_config import stored_config
from nas.training_progress import drive
from proxy_tasks.recipe import Fidelity
from results import FailureKind, NotARun, TrialStore


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
            reward = "infeasible" if one.reward is None else f"AP {one.reward:.4f}"
            said = reward if one.failure is None else str(one.failure)
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
    def meta() -> dict[str, str]:
        return {"config": json.dumps(config.as_dict()), REPRODUCED: "networks"}

    store = planned_store(directory, meta, "another --run-dir")
    try:
        if REPRODUCED not in store.meta():
            raise NotARun(f"{directory} is another run's: give another --run-dir")
        check_same(stored_config(store, directory), config, directory, TEST_SPLIT)
        write_planned_config(directory, config)
    except BaseException:
        store.close()
        raise
    return store
