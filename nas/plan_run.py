"""A training's plan: what can be counted of it, and the time that a few steps take."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nas.compose import COCO_CLASSES, make_data
from nas.data_progress import data_progress
from nas.train_config import TrainConfig
from nas.train_plan import TrainPlan, plan_cost
from nas.train_tasks import TrainTask, make_train_task
from proxy_tasks.array_cache import silent
from proxy_tasks.class_folders import count_class_folders
from proxy_tasks.device import check_device
from proxy_tasks.errors import MissingDevice
from proxy_tasks.full_training import FullTask, seconds_a_step
from proxy_tasks.malloc import keep_freed_memory
from proxy_tasks.processes import process_count, process_rank
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn

Body = Architecture | ResNetFpn
IMAGENET_CLASSES = 1000
Counts = tuple[int | None, int | None, int]  # pictures to train on, pictures to score on, classes


def plan_run(body: Body, config: TrainConfig, name: str, say: Callable[[str], None]) -> None:
    """Say what a training would cost. Nothing of it is kept.

    Without the GPU that it wants, or without its data, all but the time is said, and why. What the
    data have is counted without decoding a picture; where they are not there, classes are COCO's
    or ImageNet's. Raises UsageError, DataError.
    """
    if missing := _missing(config):
        for line in _plan(body, config, name, _counts(config)).lines():
            say(line)
        say(f"time: not measured: {'; '.join(missing)}")
        return
    task = decoded_task(config)
    plan = plan_of(body, config, task, name)
    for line in plan.lines():
        say(line)
    say(timed(plan, body, task).time_line(config.fidelity.last_step))


def decoded_task(config: TrainConfig) -> TrainTask:
    """The task of a training, its pictures decoded. Raises UsageError, DataError, MissingDevice."""
    check_device(config.device)  # before pictures are decoded for it
    keep_freed_memory()
    with data_progress() as progress:
        return make_train_task(config, progress if process_rank() == 0 else silent)


def plan_of(body: Body, config: TrainConfig, task: TrainTask, name: str) -> TrainPlan:
    """A training of this task in numbers, not timed."""
    data = task.data
    return _plan(body, config, name, (len(data.train), len(data.reward), data.train.num_classes))


def timed(plan: TrainPlan, body: Body, task: FullTask[Any]) -> TrainPlan:
    """With the seconds of a step, from a training that is thrown away."""
    seconds = seconds_a_step(task, body, plan.config.train.seed, plan.config.fidelity.steps)
    return replace(plan, step_seconds=seconds)


def _missing(config: TrainConfig) -> list[str]:
    """What keeps a step from being timed on this machine."""
    found = []
    try:
        check_device(config.device)
    except MissingDevice as error:
        found.append(str(error))
    if _is_elsewhere(config):
        found.append(f"{config.data.directory}: no such data directory: --data names it")
    return found


def _is_elsewhere(config: TrainConfig) -> bool:
    directory = config.data.directory
    return bool(directory) and not Path(directory).exists()


def _counts(config: TrainConfig) -> Counts:
    is_classifier, section = config.train.network == "classifier", config.data
    if _is_elsewhere(config):
        return None, None, IMAGENET_CLASSES if is_classifier else COCO_CLASSES
    if is_classifier:
        return count_class_folders(Path(section.directory), section.train, section.reward)
    data = make_data(config, pixels=False)
    return len(data.train), len(data.reward), data.train.num_classes


def _plan(body: Body, config: TrainConfig, name: str, counts: Counts) -> TrainPlan:
    key = f" ({body.key[:8]})" if isinstance(body, Architecture) else ""
    pictures, scored, classes = counts
    cost = plan_cost(body, config, classes)
    return TrainPlan(f"{name}{key}", cost, config, pictures, scored, classes, process_count())
