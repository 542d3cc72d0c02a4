"""One training to its end, in a folder from which it goes on after whatever stops it."""

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from proxy_tasks.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from proxy_tasks.detection_dataset import DetectionData
from proxy_tasks.errors import DataError
from proxy_tasks.processes import process_rank
from proxy_tasks.trainable import Trainable
from proxy_tasks.training import Asked, Training, never_asked
from proxy_tasks.whole_file import DRAFTS, write_whole
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn

CHECKPOINT, METRICS = "checkpoint.pt", "metrics.jsonl"
MEASURED_STEPS = 3

Network = TypeVar("Network", bound=Trainable)
Body = Architecture | ResNetFpn
# A line of METRICS; None: not a number, as AP of no object.
Entry = dict[str, float | int | str | None]
# Steps and what is written of them are taken in one such context, which says whether to end, and
# then does not let the training go on.
Hold = Callable[[], AbstractContextManager[Asked]]


@contextmanager
def never_held() -> Iterator[Asked]:
    """Nobody asks."""
    yield never_asked


class FullTask(Protocol[Network]):
    """What can be trained to its end: `DetectionTask` and its like."""

    @property
    def data(self) -> DetectionData: ...

    def begin(self, body: Body, seed: int, state: TrainingState | None) -> tuple[Network, Training]:
        """An untrained network and its training, or both as the state has them."""
        ...

    def scores(self, network: Network, *, test: bool = False) -> dict[str, float]:
        """What it is worth, on the pictures for that or on those kept for the end."""
        ...


@dataclass(frozen=True, slots=True)
class Cadence:
    """When a training of `steps` steps writes down what.

    `log_every` and `checkpoint_every` are steps; `evaluations` are spread evenly, the last at the
    end.
    """

    steps: int
    log_every: int
    checkpoint_every: int
    evaluations: int

    def measures(self, step: int) -> bool:
        return step > 0 and (self.logs(step) or self.evaluates(step))

    def logs(self, step: int) -> bool:
        return step % self.log_every == 0 or step == self.steps

    def saves(self, step: int) -> bool:
        return step % self.checkpoint_every == 0 or self.evaluates(step)

    def evaluates(self, step: int) -> bool:
        return step == self._evaluation(self._evaluations_before(step) + 1)

    def next_stop(self, step: int) -> int:
        """The first step behind `step` with something to do."""
        regular = [(step // n + 1) * n for n in (self.log_every, self.checkpoint_every)]
        ahead = self._evaluation(self._evaluations_before(step + 1) + 1)
        return min(*regular, ahead, self.steps)

    def _evaluation(self, number: int) -> int:
        return -(-number * self.steps // self.evaluations)

    def _evaluations_before(self, step: int) -> int:
        """How many are at steps before this one, which is at least 1."""
        return (step - 1) * self.evaluations // self.steps


@dataclass(frozen=True)
class FullTraining:
    """A task's training of a body, in `directory`: `METRICS` by step and one `CHECKPOINT`.

    What is killed and begun again goes on with the last checkpoint and ends, on one kind of
    machine, with the weights of a training that never stopped, to the last bit. `identity` is text
    that tells trainings apart. Of processes that train together all call `run`; the first writes.
    """

    task: FullTask[Any]
    body: Body
    seed: int
    cadence: Cadence
    identity: str
    directory: Path

    def run(
        self,
        tell: Callable[[Entry], None],
        saved: Callable[[int], object] = lambda step: None,
        hold: Hold = never_held,
    ) -> tuple[Trainable, Entry]:
        """The network at its last step, and what was measured then; `tell` hears of every entry.

        `saved` hears of every checkpoint's step. Where `hold` asks for an end, the checkpoint is of
        the step at hand: for a process that trains alone. What is due at a checkpoint's step and
        was not written down is measured when the training goes on.
        Raises Diverged, DataError for a checkpoint that cannot be read, OSError.
        """
        if process_rank() == 0:
            for draft in self.directory.glob(DRAFTS):
                draft.unlink()
        state = self.checkpoint()
        entries = self._entries_up_to(0 if state is None else state.step)
        network, training = self.task.begin(self.body, self.seed, state)
        del state  # gigabytes, of a large network
        cadence, begin = self.cadence, time.perf_counter()

        def measure() -> None:
            is_written = bool(entries) and entries[-1]["step"] == training.step
            if cadence.measures(training.step) and not is_written:
                entries.append(self._measure(network, training, begin))
                tell(entries[-1])

        measure()
        while training.step < cadence.steps:
            with hold() as asked:
                training.run(cadence.next_stop(training.step), asked)
                if not cadence.evaluates(training.step):
                    measure()
                if cadence.saves(training.step) or asked():
                    self._save(training)
                    saved(training.step)
            measure()  # scores take long: a stop does not wait for them
        return network, entries[-1]

    def checkpoint(self) -> TrainingState | None:
        """Where the training is; None before the first checkpoint. Raises DataError."""
        path = self.directory / CHECKPOINT
        state = load_checkpoint(path, self.identity)
        if state is None and path.exists():
            raise DataError(
                f"{path} is damaged, or of another training or other data: give another --run-dir, "
                "or delete it to begin this one anew"
            )
        return state

    def _measure(self, network: Trainable, training: Training, begin: float) -> Entry:
        """An entry that is written down, with the seconds since `begin`."""
        entry = self._entry(network, training)
        entry["seconds"] = round(time.perf_counter() - begin, 3)
        if process_rank() == 0:
            with (self.directory / METRICS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
                file.flush()
                os.fsync(file.fileno())
        return entry

    def _entry(self, network: Trainable, training: Training) -> Entry:
        """Losses since the entry before, and scores where it is time for them.

        `scored_on` tells splits apart: a training may go on with other pictures to score on.
        """
        step, every = training.step, self.cadence.log_every
        losses = training.losses((step - 1) // every * every, step)
        entry: Entry = {
            "step": step,
            "learning_rate": training.learning_rate(step - 1),
            "class_loss": losses.class_loss,
            "box_loss": losses.box_loss,
        }
        if self.cadence.evaluates(step):
            scores = self.task.scores(network)
            if step == self.cadence.steps:
                scores |= self.task.scores(network, test=True)
            entry |= {n: v if math.isfinite(v) else None for n, v in scores.items()}
            entry["scored_on"] = self.task.data.reward.digest()
        return entry

    def _save(self, training: Training) -> None:
        state = training.state()  # of all processes
        if process_rank() == 0:
            save_checkpoint(state, self.identity, self.directory / CHECKPOINT)

    def _entries_up_to(self, step: int) -> list[Entry]:
        """What was written until the checkpoint; the steps behind it are taken once more."""
        kept = [entry for entry in read_metrics(self.directory) if int(entry["step"] or 0) <= step]
        if process_rank() == 0 and (self.directory / METRICS).exists():
            text = "".join(json.dumps(entry) + "\n" for entry in kept)
            write_whole(self.directory / METRICS, text.encode())
        return kept


def read_metrics(directory: Path) -> list[Entry]:
    """The entries of a training by step; a line that was cut by a kill is left out."""
    try:
        text = (directory / METRICS).read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    entries: list[Entry] = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict) and type(entry.get("step")) is int:
            entries.append(entry)
    return entries


def seconds_a_step(task: FullTask[Any], body: Body, seed: int, steps: int) -> float:
    """Of some steps of a training that is thrown away, after a first that is not counted.

    `steps`: of the whole training.
    """
    _, training = task.begin(body, seed, None)
    training.run(1)
    if steps == 1:
        return 0.0
    begin, last = time.perf_counter(), min(steps, 1 + MEASURED_STEPS)
    training.run(last)
    return (time.perf_counter() - begin) / (last - 1)
