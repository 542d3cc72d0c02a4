from pathlib import Path

import pytest

from nas.cli import main
from nas.compose import CONTROLLERS, make_parts
from nas.config_source import load_config
from tests.nas.analytic_runs import search, trials

LIMIT = 17_000_000  # of smoke's and quick's multiply-adds; one member in twenty keeps it


def test_a_search_stays_below_its_limit_and_can_be_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--space.max_madds", str(LIMIT), "--space.max_params", "3e5", "--trials", "4"]
    assert search(tmp_path / "run", *words) == 0
    assert main(["resume", str(tmp_path / "run"), "--trials", "8"]) == 0
    found = trials(tmp_path / "run", capsys)
    assert len(found) == 8
    assert all(t["madds"] <= LIMIT and t["params"] <= 300_000 for t in found)


def test_a_trial_of_a_limited_search_can_be_shown_and_its_space_described(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path / "run", "--space.max_madds", str(LIMIT), "--trials", "1")
    assert main(["show", f"{tmp_path / 'run'}:0"]) == 0
    assert main(["space", str(tmp_path / "run"), "--samples", "10"]) == 0


@pytest.mark.parametrize("name", CONTROLLERS)
def test_every_controller_stays_below_the_limit(name: str) -> None:
    given = {"task.name": "analytic", "controller.name": name, "space.max_madds": str(LIMIT)}
    parts = make_parts(load_config("quick", given))
    for _ in range(60):  # beyond the uniform start of each
        genotype = parts.controller.propose()
        metrics = parts.cost(parts.space.decode(genotype))
        assert metrics["madds"] <= LIMIT
        parts.controller.observe(genotype, 1e6 / metrics["madds"], metrics)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("max_madds", "1e6", "a limit of madds 1,000,000: none of 500 members drawn is within it"),
        ("max_params", "5", "a limit of params 5: none of 500"),
        ("max_madds", "0", "space.max_madds is 0"),
        ("max_madds", "nan", "space.max_madds is nan"),
        ("max_madds", "9M", "space.max_madds is '9M'"),
        ("max_madds", "true", "space.max_madds is True"),
        ("max_flops", "9e6", "did you mean --space.max_params?"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_before_a_run_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, message: str
) -> None:
    assert search(tmp_path / "run", f"--space.{option}", value) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_another_space_keeps_the_limit_of_a_config(tmp_path: Path) -> None:
    assert search(tmp_path / "run", "--space.max_madds", "17e6", "--space.window", "4") == 0
    config = str(tmp_path / "run" / "config.toml")
    space = load_config(config, {"space.preset": "r0-sp53"}).space
    assert (space.max_madds, space.window) == (17e6, None)
