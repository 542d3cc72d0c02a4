"""Workers of Ray: who is idle, who is busy with what, and who is on the way back from death."""

import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError

from nas.errors import WorkersLost
from nas.evaluation import Assignment
from nas.ray_failure import alive_nodes, lost_attempt, reason, start_was_lost_with_node
from nas.ray_session import RaySession
from nas.ray_worker import Actor, Ref
from results import Failure, FailureKind, Outcome, Trial

TICK_SECONDS = 1.0
MOST_STARTS = 5  # of one worker in a row that fail
BACKOFF_SECONDS = 1.0  # after the first of them; twice as long after each other
LONG_SECONDS = 60.0  # without any worker: said once

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Slot:
    """A place for a worker."""

    actor: Actor
    node: str = ""  # where it was last
    failed_starts: int = 0
    nodes: frozenset[str] = frozenset()  # that were there when its latest start began


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is at, until when at most (monotonic seconds)."""

    slot: Slot
    trial: Trial
    deadline: float


class Pool:
    """Workers that are made at once, and used as they come up.

    Args:
        start: makes a worker.
        workers: how many; those that there is no room for yet come up when there is.
        time_limit: seconds of an attempt.
        session: raises where Ray is gone.
    """

    def __init__(
        self,
        start: Callable[[], Actor],
        workers: int,
        time_limit: float | None,
        session: RaySession,
    ) -> None:
        self._start, self._session = start, session
        self._limit = math.inf if time_limit is None else time_limit
        self.idle: list[Slot] = []
        self.busy: dict[Ref, Job] = {}
        # A worker is used only after it has answered, so that a slow one holds no trial up.
        self.returning: dict[Ref, Slot] = {}
        self._resting: list[tuple[float, Slot]] = []  # until when, after a failed start
        for _ in range(workers):
            self._fill(Slot(None))
        self._has_been_up = False
        self._last_error: RayError | None = None
        self._patience_ends = time.monotonic() + LONG_SECONDS

    def _fill(self, slot: Slot) -> None:
        slot.nodes = alive_nodes()
        slot.actor = self._start()
        self.returning[slot.actor.ping.remote()] = slot

    def send(self, trial: Trial, given: Assignment) -> None:
        """Give a trial to an idle worker."""
        slot = self.idle.pop()
        deadline = time.monotonic() + self._limit
        self.busy[slot.actor.evaluate.remote(given)] = Job(slot, trial, deadline)

    def wait(self) -> tuple[Trial, Outcome | Failure] | None:
        """The next trial that ended: with its outcome, or with what its attempt was lost by.

        None: a worker came up, or nothing happened for a second. Raises WorkersLost when no worker
        can be made.
        """
        self._fill_rested()
        pending = [*self.busy, *self.returning]
        if not pending and not self._resting:
            raise WorkersLost(
                f"no worker could be started ({reason(self._last_error)}): what was reported is "
                "kept; mend that and go on with the run"
            )
        self._session.check()
        if (overdue := self._overdue()) is not None:
            return overdue
        if not pending:
            time.sleep(self._patience())
            return None
        ready, _ = ray.wait(pending, timeout=self._patience())
        if not ready:
            self._say_if_none_is_up()
            return None
        if ready[0] in self.returning:
            self._readmit(ready[0])
            return None
        return self._end(ready[0])

    def _patience(self) -> float:
        awaited = [job.deadline for job in self.busy.values()]
        first = min([*awaited, *(until for until, _ in self._resting)], default=math.inf)
        return min(TICK_SECONDS, max(0.0, first - time.monotonic()))

    def _overdue(self) -> tuple[Trial, Outcome] | None:
        """Ends a worker whose trial takes too long, however deep it hangs."""
        now = time.monotonic()
        for ref, job in self.busy.items():
            if job.deadline <= now and not ray.wait([ref], timeout=0)[0]:
                del self.busy[ref]
                ray.kill(job.slot.actor)
                self._fill(job.slot)
                message = f"took longer than {self._limit:g} s (failures.time_limit)"
                return job.trial, Outcome.failed(FailureKind.TIME_LIMIT, message)
        return None

    def _end(self, ref: Ref) -> tuple[Trial, Outcome | Failure]:
        job = self.busy[ref]
        try:
            outcome: Any = ray.get(ref)
        except RayError as error:
            # A worker dies with the services that made it: this must not pass for its own death.
            self._session.check_now()
            del self.busy[ref]
            failure = lost_attempt(error, job.slot.node)
            log.info("trial %d: %s", job.trial.number, failure)
            self._fill(job.slot)
            return job.trial, failure
        del self.busy[ref]
        self.idle.append(job.slot)
        return job.trial, outcome

    def _readmit(self, ref: Ref) -> None:
        slot = self.returning[ref]
        try:
            node: Any = ray.get(ref)
        except RayError as error:
            self._session.check_now()
            del self.returning[ref]
            self._start_again(slot, error)
            return
        del self.returning[ref]
        slot.node, slot.failed_starts, self._has_been_up = node, 0, True
        self.idle.append(slot)

    def _start_again(self, slot: Slot, error: RayError) -> None:
        """A worker that could not be made is made anew after a rest, a few times in a row."""
        self._last_error = error
        raised = not isinstance(error, RayActorError) or error.actor_init_failed
        slot.failed_starts += raised or not start_was_lost_with_node(error, slot.nodes)
        # What raises in every worker is not a matter of time; a death may be, as of memory.
        hopeless = raised and not self._has_been_up
        if hopeless or slot.failed_starts >= MOST_STARTS:
            log.warning("a worker could not be started, and is left out: %s", reason(error))
        else:
            rest = BACKOFF_SECONDS * 2 ** max(0, slot.failed_starts - 1)
            self._resting.append((time.monotonic() + rest, slot))

    def _fill_rested(self) -> None:
        now = time.monotonic()
        rested = [slot for until, slot in self._resting if until <= now]
        self._resting = [(until, slot) for until, slot in self._resting if until > now]
        for slot in rested:
            self._fill(slot)

    def _say_if_none_is_up(self) -> None:
        if self.busy or self.idle:
            self._patience_ends = time.monotonic() + LONG_SECONDS
        elif time.monotonic() > self._patience_ends:
            log.warning(
                "no worker has come up for %g s: still waiting for room, or memory", LONG_SECONDS
            )
            self._patience_ends = math.inf

    def close(self) -> None:
        """Ends all workers."""
        jobs = [job.slot for job in self.busy.values()]
        for slot in (*self.idle, *self.returning.values(), *jobs):
            with suppress(RayError, RuntimeError):
                ray.kill(slot.actor)
