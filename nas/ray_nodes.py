"""Whether the nodes of a cluster have what workers need."""

from collections.abc import Callable, Mapping
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, NodeDiedError, RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from nas.errors import UsageError
from nas.ray_failure import reason
from nas.worker_needs import WorkerNeeds

CHECK_SECONDS = 180.0  # of all nodes; the package is unpacked there first

Node = Mapping[str, Any]


def check_nodes(needs: WorkerNeeds, missing: Callable[[], str | None]) -> None:
    """Ask each node that a worker fits on what is `missing` there; not those that join later.

    Raises UsageError naming the first node that lacks something, and what.
    """
    nodes = [node for node in ray.nodes() if node["Alive"] and _fits(node, needs)]  # type: ignore[no-untyped-call]

    @ray.remote(num_cpus=0, max_retries=2)
    def ask() -> str | None:
        return missing()

    answers = [(node, ask.options(scheduling_strategy=_on(node)).remote()) for node in nodes]
    for node, answer in answers:
        try:
            found = ray.get(answer, timeout=CHECK_SECONDS)
        except NodeDiedError:  # it left: nothing will run there
            continue
        except GetTimeoutError:
            found = f"does not answer within {CHECK_SECONDS:g} s"
        except RayError as error:
            found = f"cannot run spinenas: {reason(error)}; install it there, with torch"
        if found is not None:
            raise UsageError(f"node {_name(node)}: {found}")


def _fits(node: Node, needs: WorkerNeeds) -> bool:
    there = node["Resources"]
    return all(there.get(name, 0) >= amount for name, amount in needs.as_resources().items())


def _on(node: Node) -> NodeAffinitySchedulingStrategy:
    return NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)


def _name(node: Node) -> str:
    return f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})"
