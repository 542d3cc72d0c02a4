"""One process of the Ray pump."""

import signal
from collections.abc import Callable
from typing import Any

import ray

from nas.evaluation import Assignment, evaluate_trial
from nas.worker_needs import WorkerNeeds
from proxy_tasks.task import ProxyTask
from results import Outcome

# What Ray hands out has no types that hold: an actor's methods come from a decorator.
Actor = Any
Ref = Any


class Worker:
    """Imports torch and maps the data once, then evaluates one trial at a time."""

    def __init__(self, make_task: Callable[[], ProxyTask]) -> None:
        # Ray's handler would raise SystemExit in the candidate, which is not to blame when a
        # machine that shuts down ends all of its processes.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self.task = make_task()

    def ping(self) -> str:
        """The id of its node, once the process is up."""
        node: str = ray.get_runtime_context().get_node_id()
        return node

    def evaluate(self, given: Assignment) -> Outcome:
        return evaluate_trial(self.task, given)


def start_worker(make_task: Callable[[], ProxyTask], needs: WorkerNeeds) -> Actor:
    """A worker on whichever node has room. Ray is not asked to make it again when it dies: of a
    worker that comes back, it does not say what it had died of.
    """
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")  # rayon: hotcoco
    actor = ray.remote(max_restarts=0, max_task_retries=0)(Worker).options(
        num_cpus=needs.cpus,
        num_gpus=needs.gpus,
        resources=dict(needs.custom),
        scheduling_strategy="SPREAD",
        runtime_env={"env_vars": dict.fromkeys(names, str(needs.threads))},
    )
    return actor.remote(make_task)
