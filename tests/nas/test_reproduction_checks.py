"""What is brought along, or was begun otherwise, is refused in one line before a training."""

import shutil
from pathlib import Path

import pytest
from rich.console import Console

from nas.cli import main
from nas.errors import UsageError
from nas.fork import fork_run
from nas.reproduction import Reproduction
from nas.reproduction_checks import check_race
from nas.reproduction_scale import load_scale
from nas.reproduction_searches import run_search
from tests.nas.reproductions import reproduce, write_scale

QUIET = Console(quiet=True)
NARROW = """
"search.pump" = "local"
"fidelity.filter_scale" = "0.05"
"fidelity.resample_alpha" = "1.0"
"data.scenes_train" = "8"
"data.scenes_reward" = "8"
"data.scenes_test" = "0"
"""


@pytest.fixture(scope="module")
def scale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scale(tmp_path_factory.mktemp("scale") / "tiny.toml")


@pytest.fixture(scope="module")
def made(scale: Path) -> Reproduction:
    """With a search and no race."""
    found = Reproduction(scale.parent / "made", load_scale(str(scale)), {})
    run_search(found.searches["search"], QUIET)
    return found


def copied(made: Reproduction, directory: Path) -> Reproduction:
    shutil.copytree(made.directory / "search", directory / "search")
    return Reproduction(directory, made.scale, {})


def test_a_forked_search_is_not_from_scratch(
    made: Reproduction, scale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fork_run(made.directory / "search", tmp_path / "random", {"controller.name": "random"})
    assert reproduce(scale, tmp_path) == 2
    (line,) = [one for one in capsys.readouterr().err.splitlines() if one.startswith("nas:")]
    assert "compared are from scratch" in line
    assert not (tmp_path / "networks").exists()
    assert not (tmp_path / "search").exists()


@pytest.mark.parametrize(
    ("trainings", "said"),
    [(6, "6 trainings, and this scale 5"), (5, "5 trainings between all networks, and this sc")],
)
def test_a_longer_race_is_refused(
    trainings: int, said: str, made: Reproduction, tmp_path: Path
) -> None:
    """Than the scale's 3 between all networks and 2 between the cheap ones: nothing is cheap."""
    search = copied(made, tmp_path).searches["search"]
    assert main(["rerank", str(search.directory), "--budget", str(trainings)]) == 0
    with pytest.raises(UsageError, match=said):
        check_race(search, limit=0.0)


def test_a_race_whose_best_saw_the_test_split_is_refused(
    made: Reproduction, tmp_path: Path
) -> None:
    search = copied(made, tmp_path).searches["search"]
    test = search.directory / "rerank/test"
    assert main(["rerank", str(search.directory), "--budget", "3"]) == 0
    shutil.copytree(search.directory / "rerank", test)
    with pytest.raises(UsageError, match="has trainings that no scale has"):
        check_race(search, limit=0.0)


def test_a_race_within_the_budgets_is_gone_on_with(made: Reproduction, tmp_path: Path) -> None:
    search = copied(made, tmp_path).searches["search"]
    assert main(["rerank", str(search.directory), "--budget", "3"]) == 0
    check_race(search, limit=0.0)


def test_a_long_race_stops_a_reproduction_before_its_first_training(
    made: Reproduction, scale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search = copied(made, tmp_path).searches["search"]
    assert main(["rerank", str(search.directory), "--budget", "6"]) == 0
    capsys.readouterr()
    assert reproduce(scale, tmp_path) == 2
    assert "races that are compared have one budget" in capsys.readouterr().err
    assert not (tmp_path / "networks").exists()


@pytest.mark.parametrize(("first", "then"), [("0", "8"), ("8", "0")])
def test_compared_networks_keep_their_test_split(
    first: str, then: str, scale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reproduce(scale, tmp_path, "--plan", "--data.scenes_test", first) == 0
    capsys.readouterr()
    assert reproduce(scale, tmp_path, "--data.scenes_test", then) == 2
    (line,) = [one for one in capsys.readouterr().err.splitlines() if one.startswith("nas:")]
    assert f"begun with data.scenes_test {first}, not {then}" in line


def test_a_search_of_another_test_split_is_taken(made: Reproduction, tmp_path: Path) -> None:
    """No reward depends on it."""
    copied(made, tmp_path)
    other = Reproduction(tmp_path, made.scale, {"data.scenes_test": "7"})
    run_search(other.searches["search"], QUIET)


def test_no_baseline_of_equal_cost_shows_before_anything_is_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scale = write_scale(tmp_path / "narrow.toml", NARROW)
    assert reproduce(scale, tmp_path / "run", "--plan") == 2
    assert "no ResNet-50-FPN costs" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
