"""One run of a search on three nodes, as a process of its own; every test reads its report."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.ray


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.nas.cluster_search", str(tmp_path_factory.mktemp("cluster"))],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_nothing_is_lost_with_a_node(report: dict[str, Any]) -> None:
    assert report["statuses"] == ["completed"] * 24


def test_the_attempt_on_the_node_that_left_is_in_the_journal(report: dict[str, Any]) -> None:
    assert len(report["lost"]) <= 1  # it may have been between two trials
    assert all(detail.startswith("node_lost: ") for detail in report["lost"])
    assert sum(report["begun"]) <= 24 + len(report["lost"])


def test_workers_are_spread_over_the_nodes_and_the_head_has_none(report: dict[str, Any]) -> None:
    assert len(set(report["nodes"]) - {report["joined"]}) == 3
    assert report["left"] in report["nodes"]


def test_a_node_that_joins_is_used(report: dict[str, Any]) -> None:
    assert report["joined"] in report["nodes"]


def test_a_node_without_the_data_is_named_before_the_first_trial(report: dict[str, Any]) -> None:
    assert report["refused"].startswith("node ")
    assert "/nowhere/coco is not there" in report["refused"]
