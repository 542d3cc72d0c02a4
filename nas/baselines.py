"""Networks that nobody searched for, trained by the protocol of a run, beside it."""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nas.config import Config
from nas.errors import UsageError
from nas.evaluation import attempt, evaluate
from nas.model_source import find_body
from nas.stored_config import stored_config
from nas.study import Metrics, reward_of
from proxy_tasks.errors import DataError
from results import FailureKind, Outcome, TrialStore
from results.baseline_training import (
    BASELINES_FILE,
    BaselineTraining,
    append_baseline,
    read_baselines,
)
from results.store_file import existing_run_file
from results.writer_lock import WriterLock
from search_space import Architecture, ResNetFpn

if TYPE_CHECKING:
    from proxy_tasks.detection_task import DetectionTask
    from proxy_tasks.task import ProxyTask

DEFAULT = ("spinenet-49", "r0-sp53")
OF_DETECTION = ("resnet-50-fpn",)  # what takes no list of blocks cannot train it
MOST_SEEDS = 1000


def train_baselines(
    run: Path, names: Sequence[str] = (), seeds: int = 3
) -> Generator[BaselineTraining]:
    """Each training as it ends, with seeds from 0 on; those that the run has already are not made.

    names: as `nas evaluate` takes them; without any SpineNet-49, R0-SP53 and, where boxes are
    detected, ResNet-50-FPN at the widths of the run's networks. All networks get their first seed,
    then the next. A training is of the run's full length, in this process.

    Raises UsageError, NotARun and its kin, DataError.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise UsageError(f"--seeds {seeds}: give 1 to {MOST_SEEDS}")
    directory = existing_run_file(run).parent
    with TrialStore.open_read_only(run, part=True) as store:
        config = stored_config(store, run)
    bodies = {name: _body(name, config) for name in names or _default(config)}
    lock = WriterLock(directory / BASELINES_FILE)
    try:
        yield from _trainings(directory, config, bodies, seeds)
    finally:
        lock.release()


def baselines_left(directory: Path, config: Config, seeds: int = 3) -> int:
    """How many trainings `train_baselines` would make of the networks it trains without names."""
    return len(
        _left(directory, config, {name: _body(name, config) for name in _default(config)}, seeds)
    )


def _default(config: Config) -> tuple[str, ...]:
    return DEFAULT + (OF_DETECTION if config.task.name == "detection" else ())


def _body(name: str, config: Config) -> Architecture | ResNetFpn:
    if not name:
        raise UsageError("NAME '' names no network: give a published one, RUN_DIR:TRIAL or a file")
    body = find_body(name)
    if isinstance(body, ResNetFpn) and config.task.name != "detection":
        raise UsageError(f"task {config.task.name} takes scale-permuted networks: {name} is none")
    return body


def _trainings(
    directory: Path,
    config: Config,
    bodies: dict[str, Architecture | ResNetFpn],
    seeds: int,
) -> Generator[BaselineTraining]:
    from nas.compose import make_cost, make_objective
    from nas.data_progress import data_progress

    left = _left(directory, config, bodies, seeds)
    if not left:
        return
    with data_progress() as progress:
        cost = make_cost(config, progress)
    objective, task = make_objective(config), _task(config)
    for name, body, seed in left:
        outcome, metrics = _outcome(task, body, seed), cost(body)
        reward = None
        if outcome.metrics is not None:
            metrics = {**metrics, **outcome.metrics}
            reward = reward_of(objective, metrics)
        training = _training(
            name, body, config.fidelity.canonical(), seed, reward, metrics, outcome
        )
        append_baseline(directory, training)
        yield training


def _left(
    directory: Path, config: Config, bodies: dict[str, Architecture | ResNetFpn], seeds: int
) -> list[tuple[str, Architecture | ResNetFpn, int]]:
    """What has not been trained, each network once, and its seed."""
    fidelity = config.fidelity.canonical()
    known = {one.identity for one in read_baselines(directory)}
    different = {_key(name, body): (name, body) for name, body in reversed(bodies.items())}
    return [
        (name, body, seed)
        for seed in range(seeds)
        for key, (name, body) in reversed(different.items())
        if (key, fidelity, seed) not in known
    ]


def _key(name: str, body: Architecture | ResNetFpn) -> str:
    return body.key if isinstance(body, Architecture) else name


def _training(
    name: str,
    body: Architecture | ResNetFpn,
    fidelity: str,
    seed: int,
    reward: float | None,
    metrics: Metrics,
    outcome: Outcome,
) -> BaselineTraining:
    return BaselineTraining(
        name=name,
        key=_key(name, body),
        fidelity=fidelity,
        seed=seed,
        reward=reward,
        metrics=metrics,
        failure=outcome.failure,
    )


def _task(config: Config) -> "ProxyTask | DetectionTask":
    from nas.compose import make_detection_task, make_task

    return make_detection_task(config) if config.task.name == "detection" else make_task(config)


def _outcome(
    task: "ProxyTask | DetectionTask", body: Architecture | ResNetFpn, seed: int
) -> Outcome:
    """Raises DataError where the data went bad, which says nothing of the network."""
    if isinstance(body, Architecture):
        outcome = evaluate(task, body, seed)
    else:
        from proxy_tasks.detection_task import DetectionTask

        assert isinstance(task, DetectionTask)
        outcome = attempt(lambda: task.evaluate(body, seed))
    if outcome.failure is not None and outcome.failure.kind is FailureKind.DATA_ERROR:
        raise DataError(f"{outcome.failure.message}; mend that, and the same command goes on")
    return outcome
