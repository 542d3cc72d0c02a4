"""Which of Ray's errors is whose fault: none of them is the candidate's."""

import ray
from ray.exceptions import LocalRayletDiedError, NodeDiedError, OutOfMemoryError, RayError

from nas.cluster_address import answers
from results import Failure, FailureKind

KNOCK_SECONDS = 1.0
# Of a death whose reason it does not know Ray says that it may have been memory: not that.
MEMORY_WORDS = "running low on memory"
NODE_WORDS = "node has died"


def lost_attempt(error: RayError, node: str) -> Failure:
    """What an attempt was lost by. `node`: the id of the worker's."""
    text = str(error)
    if isinstance(error, OutOfMemoryError) or MEMORY_WORDS in text:
        return Failure(
            FailureKind.WORKER_LOST,
            "its node ran out of memory, and Ray's memory monitor ended its worker: give fewer "
            "workers, or smaller candidates",
        )
    gone = isinstance(error, NodeDiedError | LocalRayletDiedError)
    if gone or NODE_WORDS in text or _is_dead(node):
        return Failure(FailureKind.NODE_LOST, f"its node {node[:8]} died: {reason(error)}")
    return Failure(FailureKind.WORKER_LOST, f"its worker died: {reason(error)}")


def reason(error: RayError | None) -> str:
    """The line of a message that says why: Ray's last, after names and numbers."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def _is_dead(node: str) -> bool:
    """Ray's own answer comes late: it gives a node that is silent half a minute."""
    return any(
        known["NodeID"] == node
        and not (
            known["Alive"]
            and answers(known["NodeManagerAddress"], known["NodeManagerPort"], KNOCK_SECONDS)
        )
        for known in ray.nodes()  # type: ignore[no-untyped-call]
    )
