"""`nas doctor --rungs`: first trainings made in parts, and how early they rank like their ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from nas.cli import main
from results import Trial, TrialStore
from tests.nas.doctor_tasks import Pausing

TASKS = "tests.nas.doctor_tasks"
SMALL = ["--space", "tiny", "--pump", "local", "--architectures", "8", "--sound", "6"]
SMALL += ["--fidelity.steps", "100", "--run-dir", "run"]
RUNGS = ["--rungs", "0.25,0.5"]


def words(task: str, *more: str) -> list[str]:
    return ["doctor", "smoke", *SMALL, "--task.name", task, *more]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Pausing, "found", [])


def report(capsys: pytest.CaptureFixture[str], *given: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*given, "--format", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def stored(directory: str = "run") -> list[Trial]:
    with TrialStore.open_read_only(Path(directory)) as store:
        return store.trials()


def test_agreement_is_of_each_part_with_the_end_of_the_same_training(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = report(capsys, *words("landscape", *RUNGS))
    trials = stored()
    n = len(found["candidates"])
    half, end = trials[n : 2 * n], trials[2 * n : 3 * n]
    assert [trial.continues for trial in end] == [trial.number for trial in half]
    rho = stats.spearmanr([t.reward for t in half[:8]], [t.reward for t in end[:8]]).statistic
    assert found["rank_at"]["0.5"]["value"] == pytest.approx(rho)
    assert found["rank_at"]["0.5"]["low"] < rho < found["rank_at"]["0.5"]["high"]
    assert found["rank_at_sound"].keys() == {"0.25", "0.5"}


def test_parts_are_of_one_training_and_no_trainings_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain = report(capsys, *words("landscape"), "--run-dir", "plain")
    parts = report(capsys, *words("landscape", *RUNGS))
    assert parts["trainings"] == plain["trainings"] == len(stored("plain"))
    first = [one["ap"][0] for one in plain["candidates"]]
    assert [one["ap"][0] for one in parts["candidates"]] == first
    assert [one["ap_at"]["1"] for one in parts["candidates"]] == first
    assert {*parts} - {*plain} == {"rank_at", "rank_at_sound", "recommended_rungs", "rung_advice"}


def test_the_text_has_a_line_a_share_and_then_the_rungs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("landscape", *RUNGS)) == 0
    lines = capsys.readouterr().out.splitlines()
    place = lines.index("rank agreement of the first training with its own end")
    assert lines[place + 1].split()[:5] == ["after", "0.25", "of", "the", "steps"]
    assert all(line.count("[") == 2 for line in lines[place + 1 : place + 3])
    assert lines[place + 3].startswith("rungs: ")


def test_every_part_finds_the_checkpoint_before_it_and_none_is_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    n = len(report(capsys, *words(f"{TASKS}:Pausing", *RUNGS, "--long", "0"))["candidates"])
    assert Pausing.found == [None] * n + [True] * 2 * n + [None] * n
    assert not Path("run/checkpoints").exists()


@pytest.mark.parametrize("stop", [3, 12, 20])
def test_a_doctor_that_was_stopped_between_parts_goes_on_to_the_same_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    given = words(f"{TASKS}:Pausing", *RUNGS)
    whole = report(capsys, *given, "--run-dir", "whole")
    calls = len(Pausing.found)
    monkeypatch.setattr(Pausing, "stop", calls + stop)
    assert main(given) == 130
    monkeypatch.setattr(Pausing, "stop", 0)
    assert report(capsys, *given) == whole
    assert len(Pausing.found) == 2 * calls
    assert False not in Pausing.found


def test_a_real_training_in_parts_ends_like_one_in_one_piece(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    tiny = ["--architectures", "1", "--sound", "0", "--seeds", "1", "--long", "0"]
    given = words("detection", *tiny, "--fidelity.steps", "4")
    plain = report(capsys, *given, "--run-dir", "plain")
    parts = report(capsys, *given, "--rungs", "0.25,0.5")
    assert parts["candidates"][0]["ap"] == plain["candidates"][0]["ap"]
    (whole,), trials = stored("plain"), stored()
    assert [json.loads(t.fidelity).get("stop_step") for t in trials] == [1, 2, None]
    for name in ("AP", "class_loss", "box_loss"):
        assert trials[-1].metrics[name] == whole.metrics[name]
    spent = sum(trial.metrics["cpu_seconds"] for trial in trials)
    assert parts["cpu_seconds"]["value"] == pytest.approx(spent)
    assert parts["rung_advice"] == "where they belong is not known: 1 measured: it takes 5"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (words("analytic", *RUNGS), "--rungs is [0.25, 0.5], but task analytic has no evaluate_at"),
        (words("landscape", "--rungs", "half"), "'half': give shares of the steps, as 0.125"),
        (words("landscape", "--rungs", "0.501,0.502"), "are the steps [50, 50]"),
        (words("landscape", *RUNGS, "--fidelity.stop_step", "50"), "leave one of them out"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_no_run(
    given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(given) == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("nas:")]
    assert said in line
    assert not Path("run").exists()


def test_a_run_without_rungs_does_not_answer_for_one_with_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(words("landscape")) == 0
    assert main(words("landscape", *RUNGS)) == 2
    assert "run was begun with --rungs left out, not 0.25,0.5" in capsys.readouterr().err
