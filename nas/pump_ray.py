"""The pump of persistent Ray actors.

An actor imports torch and maps the data once, then evaluates one trial at a time. Ray Tune is not
used here: restored after a kill it loses results since its last snapshot (docs in ARCHITECTURE.md).
"""

import logging
import os
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayError

from nas.errors import WorkersLost
from nas.evaluation import Assignment, assignment, evaluate_trial
from nas.trial_source import TrialSource
from proxy_tasks.task import ProxyTask
from results import FailureKind, Outcome, Trial

# A trial is handed out so often before its worker's deaths count as its own failure.
MOST_ATTEMPTS = 3

# What Ray hands out has no types that hold: an actor's methods come from a decorator.
Actor = Any
Ref = Any

log = logging.getLogger(__name__)


class Worker:
    """One process of the pump. Ray makes it again when it dies."""

    def __init__(self, make_task: Callable[[], ProxyTask]) -> None:
        self.task = make_task()

    def ping(self) -> None:
        """Returns once the process is up."""

    def evaluate(self, given: Assignment) -> Outcome:
        return evaluate_trial(self.task, given)


@contextmanager
def ray_session(workers: int) -> Iterator[None]:
    """A quiet Ray on this machine with one CPU slot a worker, unless this process has one.

    It is shut down at the end, before the interpreter is: left to that, an interrupted search
    could end in a segmentation fault.
    """
    if ray.is_initialized():
        yield
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    ray.init(
        address="local",
        num_cpus=workers,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    try:
        yield
    finally:
        ray.shutdown()


def connected_gpus() -> int | None:
    """GPUs of the cluster that this process is connected to; None where it is to none."""
    if not ray.is_initialized():
        return None
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return int(resources.get("GPU", 0))


def pump_ray(
    source: TrialSource,
    make_task: Callable[[], ProxyTask],
    workers: int,
    *,
    threads: int = 1,
    gpus: float = 0.0,
    checkpoints: Path | None = None,
) -> Generator[Trial]:
    """Finished trials as they come, until the source has no more to ask.

    `checkpoints`: the folder of paused trainings; without one, each trial trains from the start.
    `gpus`: what share of a GPU each worker takes.
    Needs a `ray_session`, or a cluster that this process is connected to. A worker that dies is
    made again and its trial goes to another; a trial whose workers died `MOST_ATTEMPTS` times
    fails. Raises WorkersLost when no worker can be made.
    """
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")  # rayon: hotcoco
    environment = dict.fromkeys(names, str(threads))
    actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=0)(Worker).options(
        num_gpus=gpus, runtime_env={"env_vars": environment}
    )
    pool = _Pool([actor.remote(make_task) for _ in range(workers)])
    attempts: Counter[int] = Counter()
    again: deque[Trial] = deque()
    try:
        while True:
            while pool.idle:
                trial = again.popleft() if again else source.ask()
                if trial is None:
                    break
                pool.send(trial, assignment(trial, checkpoints))
            if pool.idle and not pool.busy:
                return
            ended = pool.wait()
            if ended is None:
                continue
            trial, outcome = ended
            if isinstance(outcome, RayError):
                attempts[trial.number] += 1
                if attempts[trial.number] < MOST_ATTEMPTS:
                    again.append(trial)
                    continue
                message = f"its worker died {MOST_ATTEMPTS} times: {_one_line(outcome)}"
                outcome = Outcome.failed(FailureKind.WORKER_LOST, message)
            yield source.tell(trial.number, outcome)
    finally:
        pool.close()


class _Pool:
    """Who is idle, who is busy with what, and who is on the way back from death."""

    def __init__(self, actors: list[Actor]) -> None:
        self.idle: list[Actor] = []
        self.busy: dict[Ref, tuple[Actor, Trial]] = {}
        # An actor is used only after it has answered: put straight back after a death, it would
        # fail every candidate that it is given while it restarts.
        self.returning = {self._ping(actor): actor for actor in actors}
        self.actors = actors
        self.last_error: RayError | None = None

    @staticmethod
    def _ping(actor: Actor) -> Ref:
        """Ready once the actor is up: without retries it fails at once while that restarts."""
        return actor.ping.options(max_task_retries=-1).remote()

    def send(self, trial: Trial, given: Assignment) -> None:
        actor = self.idle.pop()
        self.busy[actor.evaluate.remote(given)] = (actor, trial)

    def wait(self) -> tuple[Trial, Outcome | RayError] | None:
        """The next trial that ended, with the error that killed its worker; None: a worker came."""
        pending = [*self.busy, *self.returning]
        if not pending:
            raise WorkersLost(
                f"no worker could be started ({_one_line(self.last_error)}): what was reported is "
                "kept; mend that and go on with the run"
            )
        (ref, *_), _ = ray.wait(pending)
        if ref in self.returning:
            self._readmit(ref)
            return None
        actor, trial = self.busy.pop(ref)
        try:
            outcome: Outcome = ray.get(ref)
        except RayError as error:
            log.info("trial %d: its worker died: %s", trial.number, _one_line(error))
            self.returning[self._ping(actor)] = actor
            return trial, error
        self.idle.append(actor)
        return trial, outcome

    def _readmit(self, ref: Ref) -> None:
        actor = self.returning.pop(ref)
        try:
            ray.get(ref)
        except RayError as error:
            self.last_error = error
        else:
            self.idle.append(actor)

    def close(self) -> None:
        for actor in self.actors:
            with suppress(RayError):
                ray.kill(actor, no_restart=True)


def _one_line(error: RayError | None) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"
