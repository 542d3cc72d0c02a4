import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nas.cli import main
from results import ancestors, beliefs, chance, leaderboard
from results.noise import Noise
from tests.nas.analytic_runs import search
from tests.results.runs import make_run, retrain

QUESTIONS = ["chance", "decisions", "ancestors", "rungs", "baselines", "failures"]
POPULATION = ("--controller.options.population_size", "8")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("insight") / "run"
    search(directory, "--trials", "70", "--controller", "evolution", *POPULATION)
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


def test_a_cut_chain_says_how_long_it_is_and_whose_gain_is_over_one_not_shown(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nas.insight.GENERATIONS", 70)
    whole = document([str(run), "--only", "ancestors"], capsys)["ancestors"]
    assert "oldest first" in whole["says"] and "the last" not in whole["says"]
    monkeypatch.setattr("nas.insight.GENERATIONS", 1)
    trial = str(whole["rows"][1]["trial"])
    cut = document([str(run), "--only", "ancestors", "--trial", trial], capsys)["ancestors"]
    assert [row["gain"] for row in cut["rows"]] == [whole["rows"][1]["gain"]]
    assert "the last 1 of 2 generations, oldest first" in cut["says"]
    assert "over a parent that is not shown" in cut["says"]


def test_the_best_is_the_one_that_is_believed_to_be(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "copy"))
    luckiest = int(leaderboard(copy, top=1)["trial"].iloc[0])
    retrain(copy, [(luckiest, 0.0), (luckiest, 0.0)])
    rows = document([str(copy), "--only", "ancestors"], capsys)["ancestors"]["rows"]
    assert rows[-1]["trial"] == beliefs(copy)["trial"].iloc[0] != luckiest


def test_few_uniform_candidates_are_said_to_be_few_and_not_compared_with_themselves(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = document([str(run), "--only", "chance"], capsys)["chance"]
    many = chance(run).candidates
    assert f"by the {many} uniform candidates that it began with; more are needed" in found["says"]
    assert "chance would have found by 70" in found["says"]
    assert all(row["candidates"] < many for row in found["rows"])


def test_what_matters_is_said_to_ask_for_more_than_the_interval(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = document([str(run), "--only", "decisions"], capsys)["decisions"]
    assert "a bound of 99.5 % for all seven at once" in found["says"]


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
