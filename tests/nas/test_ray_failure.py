"""What is said of Ray's errors, in messages as Ray 2.60 writes them."""

import socket

import pytest
import ray
from ray.exceptions import ActorDiedError, RayActorError, RayError, RayTaskError

from nas.ray_failure import LONGEST_REASON, reason, start_was_lost_with_node

DIED = (
    "The actor died unexpectedly before finishing this task.\n\tclass_name: Worker\n\tpid: 27199\n"
    "The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR Worker "
    "exit detail: Worker unexpectedly exits with a connection error code 2. End of file. Some "
    "common causes include: (1) the process was killed by the OOM killer due to high memory usage, "
    "(2) ray stop --force was called.\n"
    "The actor never ran - it was cancelled before it started running."
)
RAISED = (
    "The actor died because of an error raised in its creation task, "
    "\x1b[36mray::Worker.__init__()\x1b[39m (pid=27226, ip=10.0.0.1)\n"
    '  File "/app/nas/ray_worker.py", line 22, in __init__\n'
    "    self.task = make_task()\n"
    "                ^^^^^^^^^^^\n"
    "RuntimeError: no gpu here\nsecond line\nthird line"
)


def died(message: str) -> RayError:
    return RayActorError("0", message)


def test_of_a_death_only_what_ray_knows_of_it_is_said() -> None:
    assert reason(died(DIED)) == (
        "The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR "
        "Worker exit detail: Worker unexpectedly exits with a connection error code 2. End of file."
    )


def test_of_an_exception_type_and_first_line_are_said() -> None:
    assert reason(died(RAISED)) == "RuntimeError: no gpu here"
    task = RayTaskError("f", RAISED, ValueError("no such file\nat all"))
    assert reason(task) == "ValueError: no such file"
    assert reason(RayTaskError("f", RAISED, KeyError())) == "KeyError"


@pytest.mark.parametrize("error", [RayError("a\n" * 10**6), died("\x1b[31m" + "x" * 10**6)])
def test_a_reason_is_one_bounded_line(error: RayError) -> None:
    line = reason(error)
    assert len(line) <= LONGEST_REASON
    assert line.isprintable()


def test_no_error_has_no_reason() -> None:
    assert reason(None) == "no reason given"
    assert reason(RayError()) == "no reason given"
    assert reason(ActorDiedError())


@pytest.mark.parametrize("alive", [True, False])
def test_a_start_is_lost_with_a_node_that_is_silent(
    alive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray takes it to be alive for half a minute more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        place = {"NodeManagerAddress": "127.0.0.1", "NodeManagerPort": port}
        here = {"NodeID": "here", "Alive": True, **place}
        monkeypatch.setattr(ray, "nodes", lambda: [here])
        assert not start_was_lost_with_node(died(DIED), frozenset(["here"]))
    gone = {"NodeID": "gone", "Alive": alive, **place}
    monkeypatch.setattr(ray, "nodes", lambda: [gone])
    assert start_was_lost_with_node(died(DIED), frozenset(["gone"]))
    assert not start_was_lost_with_node(died(DIED), frozenset())
