"""A full training from its config to its weights, in this process or with others."""

from collections.abc import Callable
from pathlib import Path

from nas.errors import UsageError
from nas.plan_run import decoded_task, plan_of, timed
from nas.progress import duration
from nas.train_config import TrainConfig
from nas.train_directory import LOCKED, check_training, train_identity, write_training
from nas.train_tasks import TrainTask
from proxy_tasks.full_training import Cadence, Entry, FullTraining, Hold, never_held
from proxy_tasks.processes import process_rank
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
    directory: Path,
    name: str,
    say: Say,
    saved: Callable[[int], object] = lambda step: None,
    hold: Hold = never_held,
) -> Entry:
    """The last entry of the training's metrics.

    `saved` hears of the step of the checkpoint that is there, 0 for none, and of every one that is
    written; `hold` may ask a process that trains alone to end, see `FullTraining.run`.
    Raises UsageError, also where nothing can be written, DataError, Diverged, StoreBusy where
    another process trains there.
    """
    if process_rank() == 0:
        check_training(directory, body, config)
    task = decoded_task(config)
    plan = plan_of(body, config, task, name)
    for line in plan.lines():
        say(line)
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
            write_training(directory, body, config, task.data.train.class_names)
        if step:
            say(f"going on behind step {step} of {full.cadence.steps}")
        if left := full.cadence.steps - step:
            plan = timed(plan, body, task)
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
