from pathlib import Path

import pytest

from nas.cli import main
from nas.compose import TASKS, make_parts
from nas.config_source import load_config
from nas.errors import UsageError
from nas.plugins import find_plugin
from search_space import SPINENET_49, Architecture
from tests.nas.analytic_runs import search

MINIMIZE = ["--controller", "nsga2", "--controller.options.minimize"]


class Unsaid:
    """A task that does not name what it reports, and reports `watts` now and then."""

    def evaluate(self, architecture: Architecture, seed: int) -> dict[str, float]:
        return {"AP": 0.5, "watts": 3.0} if seed % 4 else {"AP": 0.9}


@pytest.mark.parametrize("metric", ["latency_ms", "mads"])
def test_a_metric_that_the_task_does_not_report_is_refused_before_a_run_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], metric: str
) -> None:
    assert search(tmp_path / "run", *MINIMIZE, metric) == 2
    said = capsys.readouterr().err
    assert f"{metric!r}" in said
    assert "choose one of madds, params, seconds (--controller.options.minimize)" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("metric", ["seconds", "madds"])
def test_one_that_it_reports_or_that_is_counted_is_searched(tmp_path: Path, metric: str) -> None:
    assert search(tmp_path / "run", *MINIMIZE, metric, "--trials", "3") == 0


def test_a_detector_is_known_to_report_its_latency() -> None:
    given = {"controller.name": "nsga2", "controller.options.minimize": "latency_ms"}
    assert make_parts(load_config("smoke", given))
    with pytest.raises(UsageError, match=r"'latency'.* box_loss, .*latency_ms"):
        make_parts(load_config("smoke", {**given, "controller.options.minimize": "latency"}))


def test_a_run_whose_task_leaves_the_metric_out_at_times_ends_well_and_is_resumed(
    tmp_path: Path,
) -> None:
    words = [*MINIMIZE, "watts", "--task.name", f"{__name__}:Unsaid", "--seed", "1"]
    assert search(tmp_path / "run", *words, "--trials", "12") == 0
    assert main(["resume", str(tmp_path / "run"), "--trials", "16"]) == 0


@pytest.mark.parametrize("name", ["analytic", "landscape"])
def test_a_task_names_what_it_reports(name: str) -> None:
    task = find_plugin("task", name, TASKS)
    assert set(task.METRICS) == set(task().evaluate(SPINENET_49, 0))


def test_nobody_wants_a_small_ap() -> None:
    given = {"controller.name": "nsga2", "controller.options.minimize": "AP50"}
    with pytest.raises(UsageError, match="minimises 'AP50'"):
        make_parts(load_config("smoke", given))
