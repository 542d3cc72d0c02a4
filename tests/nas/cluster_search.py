"""A search on a cluster of three nodes, of which one leaves and one joins; run as a process.

Prints what became of it as JSON. A process of its own, as a test run has one Ray.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

from nas import ray_address
from nas.compose import make_parts
from nas.config import Config, TaskSection
from nas.config_source import load_config
from nas.errors import UsageError
from nas.node_check import node_check
from nas.ray_nodes import check_nodes
from nas.run_directory import create_run
from nas.search import search
from nas.worker_needs import WorkerNeeds
from proxy_tasks.analytic_task import AnalyticTask
from search_space import Architecture

TASK = AnalyticTask(seconds=0.2)
TRIALS = 24
PATIENCE = 60.0  # seconds for the node that joined to get a worker


class Marking:
    """Leaves the id of its node in a file named by the evaluation's seed.

    Once a node has joined, the others wait until that has been used.
    """

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        here = ray.get_runtime_context().get_node_id()
        with (self.folder / str(seed)).open("a") as file:
            file.write(here + "\n")
        joined, used = self.folder / "joined", self.folder / "used"
        if joined.exists() and joined.read_text() == here:
            used.touch()
        deadline = time.monotonic() + PATIENCE
        while joined.exists() and not used.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        return TASK.evaluate(architecture, seed)


def no_such_data(config: Config) -> str:
    """What a search says whose data the nodes do not have."""
    data = config.data.model_copy(update={"directory": "/nowhere/coco"})
    wrong = config.model_copy(update={"data": data, "task": TaskSection()})
    try:
        with node_check(wrong) as missing:
            check_nodes(WorkerNeeds(), missing)
    except UsageError as error:
        return str(error)
    return ""


def main(folder: Path) -> None:
    """Run the search in `folder`."""
    marks = folder / "marks"
    marks.mkdir()
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes = [cluster.add_node(wait=False, num_cpus=1) for _ in range(3)]
    cluster.wait_for_nodes()
    # Of all that runs on this machine.
    ray_address.addresses_here = lambda: {cluster.address}
    plugin = folder / "plugin_in_a_file.py"
    plugin.write_text("from tests.nas.cluster_search import Marking\n")
    sys.path.append(str(folder))
    config = load_config(
        "smoke",
        {
            "task.name": "plugin_in_a_file:Marking",
            "task.options.folder": str(marks),
            "search.trials": str(TRIALS),
            "search.workers": "3",
            "search.pump": "ray",
            "search.address": "auto",
        },
    )
    joined = ""
    with (
        create_run(folder / "run", config) as store,
        search(config, make_parts(config), store) as (_, trials),
    ):
        refused = no_such_data(config)
        plugin.unlink()  # the nodes have their own
        for count, _ in enumerate(trials, 1):
            if count == 6:
                cluster.remove_node(nodes[0], allow_graceful=False)
            if count == 9:
                joined = cluster.add_node(num_cpus=1).node_id
                (marks / "draft").write_text(joined)
                (marks / "draft").rename(marks / "joined")
        found = store.trials()
        lost = [event.detail for event in store.events() if event.kind == "lost"]
    used = [(marks / str(trial.seed)).read_text().split() for trial in found]
    report = {
        "statuses": [trial.status.value for trial in found],
        "begun": [len(nodes) for nodes in used],
        "left": nodes[0].node_id,
        "joined": joined,
        "nodes": sorted({node for nodes in used for node in nodes}),
        "lost": lost,
        "refused": refused,
    }
    cluster.shutdown()
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    sys.path.insert(0, os.fspath(Path(__file__).parents[2]))
    main(Path(sys.argv[1]))
