import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nas.cli import main
from results import ancestors
from results.noise import Noise
from tests.nas.analytic_runs import search
from tests.results.runs import make_run

QUESTIONS = ["chance", "decisions", "ancestors", "rungs", "baselines", "failures"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("insight") / "run"
    search(directory, "--trials", "70", "--controller", "evolution")
    return directory


def document(words: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["insight", *words, "--format", "json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_each_question_has_a_sentence_and_a_table_of_less_than_a_screen(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["insight", str(run)]) == 0
    said = capsys.readouterr().out
    assert all(f"{name}: " in said for name in QUESTIONS)
    found = document([str(run)], capsys)
    assert list(found) == QUESTIONS and all(len(one["rows"]) <= 24 for one in found.values())
    assert len(found["decisions"]["rows"]) == 8  # cost, and seven decisions


def test_gains_have_the_intervals_of_the_noise_that_is_given(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = document([str(run), "--noise", "0.011"], capsys)["ancestors"]["rows"]
    chain = ancestors(run, rows[-1]["trial"], Noise(0.011, float("inf")))[-len(rows) :]
    assert [row["low"] for row in rows] == pytest.approx([one.low for one in chain], nan_ok=True)
    assert len(rows) > 1


def test_one_table_alone_of_another_trial(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document([str(run), "--only", "ancestors", "--trial", "0"], capsys)
    assert list(found) == ["ancestors"]
    assert [row["trial"] for row in found["ancestors"]["rows"]] == [0]


def test_baselines_stand_there_once_they_are_trained(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "copy"))
    assert "nas baselines" in document([str(copy)], capsys)["baselines"]["says"]
    assert main(["baselines", str(copy), "spinenet-49", "--seeds", "1"]) == 0
    rows = document([str(copy)], capsys)["baselines"]["rows"]
    assert [(row["name"], row["candidates"]) for row in rows] == [("spinenet-49", 70)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "does not exist"),
        (["run", "--trial", "9"], "trial 9 is not in this run"),
        (["run", "--only", "luck"], "invalid choice: 'luck'"),
        (["run", "--noise", "-1"], "--noise -1"),
    ],
)
def test_mistakes_are_one_line(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    make_run(tmp_path / "run", [0.5, 0.6])
    assert main(["insight", *words]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_a_run_without_trials_or_rewards_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_run(tmp_path / "none", [])
    assert main(["insight", str(tmp_path / "none")]) == 2
    assert "no trials yet" in capsys.readouterr().err
