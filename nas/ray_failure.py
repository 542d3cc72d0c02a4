"""Which of Ray's errors is whose fault: none of them is the candidate's."""

import re

import ray
from ray.exceptions import (
    LocalRayletDiedError,
    NodeDiedError,
    OutOfMemoryError,
    RayError,
    RayTaskError,
)

from nas.cluster_address import answers
from nas.escape_codes import without_escape_codes
from results import Failure, FailureKind

KNOCK_SECONDS = 1.0
# Of a death whose reason it does not know Ray says that it may have been memory: not that.
MEMORY_WORDS = "running low on memory"
NODE_WORDS = "node has died"
LONGEST_REASON = 400  # characters
FRAME = re.compile(r'\s+File ".*", line \d+')  # of a traceback
DETAIL = re.compile(r"\t\w+: ")  # names and numbers of an actor
# What Ray adds to every death of a worker.
BOILERPLATE = (" Some common causes include:", " To troubleshoot the problem")


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
    if gone or NODE_WORDS in text or _any_is_dead(frozenset([node])):
        return Failure(FailureKind.NODE_LOST, f"its node {node[:8]} died: {reason(error)}")
    return Failure(FailureKind.WORKER_LOST, f"its worker died: {reason(error)}")


def reason(error: RayError | None) -> str:
    """The line that says why: of an exception its type and first line."""
    if isinstance(error, RayTaskError) and isinstance(error.cause, BaseException):
        said = str(error.cause).strip().splitlines()[:1]
        return _bounded(": ".join([type(error.cause).__name__, *said]))
    lines = [line for line in without_escape_codes(str(error or "")).splitlines() if line.strip()]
    frames = [number for number, line in enumerate(lines) if FRAME.match(line)]
    if frames:  # the exception comes behind the last one's code
        behind = [line for line in lines[frames[-1] + 1 :] if not line.startswith(" ")]
        return _bounded(behind[0] if behind else lines[-1])
    of_death = [line for line in lines if line.lstrip().startswith("The actor is dead because")]
    told = of_death[:1] or [line for line in lines if not DETAIL.match(line)]
    return _bounded(" ".join(told)) or "no reason given"


def _bounded(text: str) -> str:
    for words in BOILERPLATE:
        text = text.partition(words)[0]
    line = " ".join(without_escape_codes(text).split())
    return line if len(line) <= LONGEST_REASON else f"{line[: LONGEST_REASON - 4]} ..."


def alive_nodes() -> frozenset[str]:
    """Ids of the nodes that Ray takes to be there."""
    return frozenset(node["NodeID"] for node in ray.nodes() if node["Alive"])  # type: ignore[no-untyped-call]


def start_was_lost_with_node(error: RayError, nodes: frozenset[str]) -> bool:
    """Whether a worker died while it started because one of `nodes` did: Ray may not say."""
    return NODE_WORDS in str(error) or _any_is_dead(nodes)


def _any_is_dead(nodes: frozenset[str]) -> bool:
    """Ray's own answer comes late: it gives a node that is silent half a minute."""
    return any(
        node["NodeID"] in nodes
        and not (
            node["Alive"]
            and answers(node["NodeManagerAddress"], node["NodeManagerPort"], KNOCK_SECONDS)
        )
        for node in ray.nodes()  # type: ignore[no-untyped-call]
    )
