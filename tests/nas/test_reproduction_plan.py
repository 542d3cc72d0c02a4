"""How many trainings there are, and how many of them are left."""

from pathlib import Path

import pytest
import torch
from rich.console import Console

import nas.pump_local
from nas.cli import main
from nas.reproduction import Reproduction
from nas.reproduction_plan import Part, parts
from nas.reproduction_scale import load_scale
from nas.reproduction_searches import run_races, run_search
from results import FailureKind, Outcome
from results.networks import trained_networks
from tests.nas.reproductions import reproduce, write_scale, written_scale

QUIET = Console(quiet=True)
DOCS = Path(__file__).resolve().parents[2] / "docs/reproduction.md"
NO_GPU = "device.name is 'cuda', but torch finds no GPU"


@pytest.fixture
def tiny(tmp_path: Path) -> Reproduction:
    """Each of its two searches has 6 candidates, a race of 3 and one of 2."""
    scale = load_scale(str(write_scale(tmp_path / "tiny.toml")))
    return Reproduction(tmp_path / "run", scale, {})


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def full(data: Path, *more: str) -> int:
    words = ["reproduce", "spinenet-49", "--scale", "full", "--data", str(data)]
    return main([*words, "--run-dir", str(data.parent / "run"), *more])


@pytest.mark.usefixtures("no_gpu")
def test_the_trainings_of_full_are_counted_without_gpu_and_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert full(tmp_path / "coco", "--plan") == 0
    said = capsys.readouterr()
    (total,) = [line.split() for line in said.err.splitlines() if line.startswith("  all ")]
    assert total == ["all", "35,542", "0"]
    (why,) = [line for line in said.err.splitlines() if line.startswith("time: not measured: ")]
    assert f"{tmp_path}/coco: no such data directory" in why and NO_GPU in why
    assert not said.out
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(
    ("given", "missing", "there"),
    [(("--device.name", "cpu"), "no such data directory", "GPU"), ((), NO_GPU, "no such data")],
)
def test_only_what_is_missing_is_said(
    given: tuple[str, ...],
    missing: str,
    there: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if not given:
        (tmp_path / "coco").mkdir()
    assert full(tmp_path / "coco", "--plan", *given) == 0
    (why,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("time: ")]
    assert missing in why and there not in why


@pytest.mark.usefixtures("no_gpu")
def test_trainings_without_a_gpu_are_refused_as_ever(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert full(tmp_path / "coco") == 2
    assert not (tmp_path / "run").exists()
    assert len(capsys.readouterr().err.splitlines()) == 2  # what it is, and why not


def test_the_scale_of_the_docs_has_as_many_trainings_as_they_say(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(written_scale(DOCS), "utf-8")
    found = parts(Reproduction(tmp_path / "run", load_scale(str(mine)), {}), None)
    said = DOCS.read_text("utf-8").partition("Trainings in all: ")[2]
    assert f"seeds: {sum(part.trainings for part in found)} here." in said


def test_nothing_is_left_of_a_whole_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scale = write_scale(tmp_path / "tiny.toml")
    assert reproduce(scale, tmp_path / "run") == 0
    capsys.readouterr()
    assert reproduce(scale, tmp_path / "run", "--plan") == 0
    said = capsys.readouterr()
    (total,) = [line.split() for line in said.err.splitlines() if line.startswith("  all ")]
    assert total[1] == total[2]
    assert "nothing is left to train" in said.err and "all that is left" not in said.err
    assert "spinenet-49" in said.out


def test_a_plan_shows_no_table_of_what_nobody_has_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reproduce(write_scale(tmp_path / "tiny.toml"), tmp_path / "run", "--plan") == 0
    assert not capsys.readouterr().out


def test_a_race_that_nobody_could_enter_is_done(
    tiny: Reproduction, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, random = tiny.groups()[0]
    run_search(search, QUIET)
    assert parts(tiny, tiny.limit)[:2] == [Part("search", 11, 6), Part("random", 11, 0)]
    diverged = Outcome.failed(FailureKind.DIVERGED, "nan")
    monkeypatch.setattr(nas.pump_local, "evaluate_trial", lambda *_: diverged)
    run_search(random, QUIET)
    assert parts(tiny, tiny.limit)[:2] == [Part("search", 11, 11), Part("random", 11, 11)]


def test_a_race_within_a_cost_that_one_search_cannot_enter_is_done_for_both(
    tiny: Reproduction,
) -> None:
    group = tiny.groups()[0]
    for search in group:
        run_search(search, QUIET)
    costs = [sorted(trained_networks(one.directory).best()["madds"].tolist()) for one in group]
    for_one = min(found[2] for found in costs)
    assert [part.done for part in parts(tiny, for_one)[:2]] == [8, 8]
    run_races(group, for_one, QUIET)
    assert [part.done for part in parts(tiny, for_one)[:2]] == [11, 11]
    for_both = max(found[2] for found in costs)
    assert [part.done for part in parts(tiny, for_both)[:2]] == [9, 9]
