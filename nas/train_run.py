"""A full training from its config to its weights, in this process or with others."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nas.data_progress import data_progress
from nas.errors import UsageError
from nas.progress import duration
from nas.train_config import TrainConfig
from nas.train_directory import LOCKED, check_training, train_identity, write_training
from nas.train_plan import TrainPlan, plan_cost
from nas.train_tasks import TrainTask, make_train_task
from proxy_tasks.array_cache import silent
from proxy_tasks.device import check_device
from proxy_tasks.full_training import (
    Cadence,
    Entry,
    FullTask,
    FullTraining,
    Hold,
    never_held,
    seconds_a_step,
)
from proxy_tasks.malloc import keep_freed_memory
from proxy_tasks.processes import process_count, process_rank
from proxy_tasks.trained_weights import write_weights
from results.shell_word import shell_word
from results.writer_lock import WriterLock
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn

# What a line on the terminal has, of what an entry has.
SHOWN = {
    **{"class_loss": "class", "box_loss": "box"},
    **{name: name for name in ("AP", "AP50", "mask_AP", "top1", "top5")},
}
Say = Callable[[str], None]
Body = Architecture | ResNetFpn


def train_run(
    body: Body,
    config: TrainConfig,
    directory: Path | None,
    name: str,
    say: Say,
    saved: Callable[[int], object] = lambda step: None,
    hold: Hold = never_held,
) -> Entry | None:
    """The last entry of the training's metrics; without a directory only its plan is said.

    `saved` hears of the step of the checkpoint that is there, 0 for none, and of every one that is
    written; `hold` may ask a process that trains alone to end, see `FullTraining.run`.
    Raises UsageError, also where nothing can be written, DataError, Diverged, StoreBusy where
    another process trains there.
    """
    if directory is not None and process_rank() == 0:
        check_training(directory, body, config)
    check_device(config.device)  # before pictures are decoded for it
    keep_freed_memory()
    with data_progress() as progress:
        task = make_train_task(config, progress if process_rank() == 0 else silent)
    plan = _plan(body, config, task, name)
    for line in plan.lines():
        say(line)
    if directory is None:
        say(_measured(plan, body, task).time_line(config.fidelity.last_step))
        return None
    full = _full(body, config, task, directory)
    state = full.checkpoint()  # refuses other data before anything is written
    step = 0 if state is None else state.step
    del state
    saved(step)
    lock = None
    try:
        if process_rank() == 0:
            directory.mkdir(parents=True, exist_ok=True)
            lock = WriterLock(directory / LOCKED)
            check_training(directory, body, config)  # another may have come while data were read
            write_training(directory, body, config)
        if step:
            say(f"going on behind step {step} of {full.cadence.steps}")
        if left := full.cadence.steps - step:
            plan = _measured(plan, body, task)
            say(plan.time_line(left))
        seconds = plan.step_seconds or 0.0
        network, entry = full.run(
            lambda entry: say(entry_line(entry, full.cadence.steps, seconds)), saved, hold
        )
        if process_rank() == 0:
            for line in write_weights(network, body, config.detector, directory):
                say(line)
        return entry
    except BrokenPipeError:  # of who reads what is said
        raise
    except OSError as error:
        raise UsageError(
            f"the training in {shell_word(directory)} stopped ({error}): mend that, as by making "
            "room on its disk; the same command goes on"
        ) from error
    finally:
        if lock is not None:
            lock.release()


def _full(body: Body, config: TrainConfig, task: TrainTask, directory: Path) -> FullTraining:
    section = config.train
    return FullTraining(
        task,
        body,
        section.seed,
        Cadence(
            config.fidelity.last_step,
            section.log_every,
            section.checkpoint_every,
            section.evaluations,
        ),
        train_identity(body, config, task.data.train.digest()),
        directory,
    )


def _plan(body: Body, config: TrainConfig, task: TrainTask, name: str) -> TrainPlan:
    data = task.data
    key = f" ({body.key[:8]})" if isinstance(body, Architecture) else ""
    return TrainPlan(
        f"{name}{key}",
        plan_cost(body, config, data.train.num_classes),
        config,
        len(data.train),
        len(data.reward),
        data.train.num_classes,
        process_count(),
    )


def _measured(plan: TrainPlan, body: Body, task: FullTask[Any]) -> TrainPlan:
    seconds = seconds_a_step(task, body, plan.config.train.seed, plan.config.fidelity.steps)
    return replace(plan, step_seconds=seconds)


def entry_line(entry: Entry, steps: int, step_seconds: float) -> str:
    """A line of metrics for people."""
    step = int(entry["step"] or 0)
    parts = [f"step {step}/{steps}"]
    for name, label in SHOWN.items():
        value = entry.get(name)
        if isinstance(value, float):
            parts.append(f"{label} {value:.4f}")
    if steps > step:
        parts.append(f"left {duration(step_seconds * (steps - step))}")
    return "  ".join(parts)
