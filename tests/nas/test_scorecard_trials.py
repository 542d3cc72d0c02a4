import shutil
from pathlib import Path

import pytest

from nas import scorecard_landscape
from nas.cli import main
from nas.errors import UsageError
from nas.scorecard_trials import measured_trials
from tests.nas.analytic_runs import search


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("runs") / "run"
    assert search(directory, "--trials", "6", "--space", "spinenet-49") == 0
    return directory


@pytest.fixture
def no_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> dict[str, float]:
        raise AssertionError("the fit has begun")

    monkeypatch.setattr(scorecard_landscape, "measured_error", refuse)


def test_the_trials_of_all_runs_are_read(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "copy")
    assert len(measured_trials([str(run), str(tmp_path / "copy")], "spinenet-49")) == 12


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("fidelity.steps", "5", "fidelity.steps"),
        ("training.learning_rate", "0.5", "training.learning_rate"),
        ("task.options.optimum", "1.0", "task.options"),
        ("search.objective", "ap_under_madds", "search.objective"),
    ],
)
def test_runs_whose_rewards_do_not_compare_are_refused(
    run: Path, tmp_path: Path, option: str, value: str, field: str
) -> None:
    other = tmp_path / "other"
    more = ["--search.objective_options.madds", "1e12"] if value == "ap_under_madds" else []
    assert search(other, "--trials", "2", f"--{option}", value, *more) == 0
    with pytest.raises(UsageError, match=rf"{field} is .* in {run} and .* in {other}, so their"):
        measured_trials([str(run), str(other)], "spinenet-49")


def test_runs_of_two_targets_are_refused(tmp_path: Path) -> None:
    runs = [tmp_path / "low", tmp_path / "high"]
    for directory, madds in zip(runs, ("11", "12"), strict=True):
        words = ["--trials", "2", "--search.objective", "ap_under_madds"]
        assert search(directory, *words, "--search.objective_options.madds", madds) == 0
    with pytest.raises(UsageError, match=r"objective_options is \{'madds': 11\} in .*low and"):
        measured_trials([str(directory) for directory in runs], "spinenet-49")


@pytest.mark.usefixtures("no_fit")
def test_a_run_of_another_space_is_one_line_before_the_fit(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--controllers", "random", "--landscapes", "measured", "--runs", str(run)]
    assert main(["scorecard", *words, "--space", "mobile"]) == 2
    error = capsys.readouterr().err
    assert f"--runs {run}: 6 of 6 trials, as 0, are no members of the space mobile" in error
    assert f"--space {run} is the run's own" in error
    assert error.count("\n") == 1


def test_a_run_of_another_space_beside_one_of_this_is_named(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert search(other, "--trials", "2", "--space", "mobile") == 0
    with pytest.raises(UsageError, match=rf"^--runs {other}: 2 of 2 trials"):
        measured_trials([str(run), str(other)], "spinenet-49")


def test_a_runs_own_space_has_its_trials(run: Path) -> None:
    assert len(measured_trials([str(run)], str(run))) == 6
