import json
from pathlib import Path

import pytest

from nas.cli import main
from results import Outcome, TrialStore
from tests.nas.analytic_runs import search
from tests.results.runs import trial

# Parameters are 100 + number: 1 is beaten by 0, 3 by 2.
REWARDS = (0.2, 0.1, 0.4, 0.3, 0.5)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    with TrialStore.create(tmp_path / "run", {}) as store:
        for number, reward in enumerate(REWARDS):
            store.propose(trial(number))
            outcome = Outcome.success({"AP": reward, "latency_ms": 9.0 - number})
            store.finish(number, outcome, reward)
    return tmp_path / "run"


def test_a_front_is_the_undominated_trials_by_ascending_metric(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", str(run), "--front", "params", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["trial"] for row in rows] == [0, 2, 4]


def test_a_front_may_be_of_any_metric_that_was_measured(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", str(run), "--front", "latency_ms"]) == 0
    text = capsys.readouterr().out
    assert "latency_ms" in text.splitlines()[1]
    assert "5.0000" in text and "6.0000" not in text  # the fastest is the best, too


def test_the_table_of_a_front_says_of_how_many_trials_it_is(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", str(run), "--front", "madds", "--top", "2"]) == 0
    text = capsys.readouterr().out
    assert "2 of 3 that no other of 5 trials beats in reward and madds" in " ".join(text.split())
    assert "0.5000" not in text


def test_a_metric_that_is_not_there_ends_in_one_line(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", str(run), "--front", "seed"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "'seed'" in error and "latency_ms, madds, params" in error


def test_a_search_for_a_front_says_how_to_see_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--controller", "nsga2", "--controller.options.minimize", "params", "--trials", "2"]
    assert search(tmp_path / "run", *words) == 0
    assert f"nas leaderboard {tmp_path / 'run'} --front params\n" in capsys.readouterr().out
