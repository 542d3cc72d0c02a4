from pathlib import Path

import pytest

from nas.baselines import train_baselines
from nas.cli import main
from nas.report_commands import report_commands
from tests.nas.analytic_runs import search
from tests.nas.watched_run import searching
from tests.results.runs import make_run


def commands(run: Path, noise: str | None = None) -> list[str]:
    return [command for _, command in report_commands(run, 1, noise)]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    search(tmp_path / "run", "--trials", "6", "--task.options.noise", "0.02")
    return tmp_path / "run"


def test_a_search_that_was_stopped_is_resumed(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with searching(run) as trials:
        next(trials)
    assert f"nas resume {run}" in commands(run)


def test_a_finished_search_takes_more_trials(run: Path) -> None:
    assert f"nas resume {run} --trials 12" in commands(run)
    assert f"nas resume {run}" not in commands(run)


def test_a_rerank_is_suggested_beyond_what_it_has(run: Path) -> None:
    assert f"nas rerank {run} --budget 10" in commands(run)
    assert main(["rerank", str(run), "--budget", "11"]) == 0
    assert f"nas rerank {run} --budget 22" in commands(run)


def test_a_noise_that_was_given_is_given_to_the_rerank(run: Path) -> None:
    assert f"nas rerank {run} --budget 10 --noise 'a b.json'" in commands(run, "a b.json")


def test_baselines_are_left_out_once_all_are_trained(run: Path) -> None:
    list(train_baselines(run, seeds=2))
    assert f"nas baselines {run}" in commands(run)
    list(train_baselines(run))
    assert f"nas baselines {run}" not in commands(run)


def test_what_no_search_made_is_only_looked_at(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [0.5, 0.6]).parent
    assert {command.split()[1] for command in commands(run)} == {"show", "export", "leaderboard"}
