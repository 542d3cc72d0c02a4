"""The pump of persistent Ray actors.

An actor imports torch and maps the data once, then evaluates one trial at a time. Ray Tune is not
used here: restored after a kill it loses results since its last snapshot (docs in ARCHITECTURE.md).
"""

import logging
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from pathlib import Path

from nas.errors import WorkersLost
from nas.evaluation import assignment
from nas.ray_pool import Pool
from nas.ray_session import RayLost, RaySession, ray_session
from nas.ray_worker import start_worker
from nas.trial_source import TrialSource
from nas.worker_needs import WorkerNeeds
from proxy_tasks.task import ProxyTask
from results import Failure, FailureKind, Trial, TrialStatus

MOST_LIVES = 3  # Rays in a row that die before a trial ends

log = logging.getLogger(__name__)


def pump_ray(
    source: TrialSource,
    make_task: Callable[[], ProxyTask],
    workers: int,
    *,
    needs: WorkerNeeds | None = None,
    time_limit: float | None = None,
    checkpoints: Path | None = None,
    session: RaySession | None = None,
) -> Generator[Trial]:
    """Finished trials as they come, until the source has no more to ask.

    `checkpoints`: the folder of paused trainings; without one, each trial trains from the start.
    `time_limit`: seconds after which a worker is ended, and its trial failed. `session`: of
    `ray_session`; without one, the Ray that this process is connected to is used.

    A worker that dies is made again and its trial goes to another, as often as the source allows;
    so it is with all of them when Ray itself dies that the session started. Raises WorkersLost
    when no worker can be made, or Ray stays away.
    """
    if session is None:
        with ray_session(workers, needs) as session:
            yield from pump_ray(
                source,
                make_task,
                workers,
                needs=needs,
                time_limit=time_limit,
                checkpoints=checkpoints,
                session=session,
            )
        return
    start = partial(start_worker, make_task, needs or WorkerNeeds())
    again: deque[Trial] = deque()
    lives = 0
    while True:
        with closing(Pool(start, workers, time_limit, session)) as pool:
            try:
                for trial in _turn(source, pool, again, checkpoints):
                    lives = 0
                    yield trial
                return
            except RayLost as lost:
                reason, out = str(lost), [job.trial for job in pool.busy.values()]
        lives += 1
        log.warning("%s: starting Ray again", reason)
        for trial in out:
            yield from _lose(source, trial, Failure(FailureKind.NODE_LOST, reason), again)
        if lives >= MOST_LIVES:
            raise WorkersLost(
                f"{reason}, {lives} times before a trial ended: what was reported is kept; mend "
                "that and go on with the run"
            )
        session.restart()


def _turn(
    source: TrialSource, pool: Pool, again: deque[Trial], checkpoints: Path | None
) -> Generator[Trial]:
    """Trials as they end, with one pool."""
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
        if isinstance(outcome, Failure):
            yield from _lose(source, trial, outcome, again)
        else:
            yield source.tell(trial.number, outcome)


def _lose(
    source: TrialSource, trial: Trial, failure: Failure, again: deque[Trial]
) -> Generator[Trial]:
    """Hands a trial out again whose attempt was lost, or yields it where that was its last."""
    after = source.lose(trial.number, failure)
    if after.status is TrialStatus.RUNNING:
        again.append(after)
    else:
        yield after
