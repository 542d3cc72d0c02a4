import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from nas.cli import main
from results import TrialStore
from tests.nas.doctor_tasks import BadData, Interrupted

TASKS = "tests.nas.doctor_tasks"
SMALL = ["--space", "tiny", "--pump", "local", "--architectures", "6", "--sound", "6"]
FIGURES = ("icc", "sd_architecture", "sd_seed", "rank_long", "rank_madds", "cpu_seconds")
ANY_REWARD = ["--search.objective", f"{TASKS}:blocks"]
IMPORTS = "import sys; from nas.cli import main; main(sys.argv[1:]); print(*sys.modules)"


def words(task: str = "analytic", *more: str) -> list[str]:
    name = task if task in ("analytic", "detection", "landscape") else f"{TASKS}:{task}"
    noise = ["--task.options.noise", "0.02"] if task == "analytic" else []
    return ["doctor", "smoke", *SMALL, "--task.name", name, *noise, *more]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def report(capsys: pytest.CaptureFixture[str], *given: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*given, "--format", "json"]) == code

    def refuse(constant: str) -> NoReturn:
        raise AssertionError(f"{constant} is no JSON")

    found: dict[str, Any] = json.loads(capsys.readouterr().out, parse_constant=refuse)
    return found


def without_times(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "cpu_seconds"}


def test_every_figure_has_a_value_and_an_interval_or_a_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = report(capsys, *words())
    for name in (*FIGURES, "icc_sound", "rank_long_sound", "rank_params", "rank_detail_loss"):
        figure = found[name]
        known = {"value", "low", "high"}
        assert figure.keys() == known | (set() if figure["value"] is not None else {"reason"})
    assert found["icc"]["low"] < found["icc"]["value"] < found["icc"]["high"]
    assert found["rank_long"]["reason"] == "no long training was made"
    assert found["cpu_seconds"]["reason"] == "the task reports no cpu_seconds"
    assert (found["n"], found["trainings"]) == (6, 2 * len(found["candidates"]))


def test_the_text_ends_with_the_verdict_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("verdict: ")
    assert any(line.startswith("ICC(1,1)") and line.count("[") == 2 for line in lines)
    assert max(map(len, lines[:-1])) <= 120


def test_the_same_command_prints_at_once_and_needs_neither_torch_nor_ray(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = report(capsys, *words())
    given = [*words(), "--format", "json"]
    done = subprocess.run([sys.executable, "-c", IMPORTS, *given], capture_output=True, text=True)
    document, _, modules = done.stdout.rpartition("}\n")
    assert json.loads(document + "}") == first
    assert done.stderr == ""
    assert not {"torch", "ray"} & set(modules.split())


def test_what_ctrl_c_stopped_goes_on_to_the_same_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Interrupted, "calls", 0)
    assert main(words("Interrupted", "--run-dir", "stopped")) == 130
    assert "interrupted: the same command goes on" in capsys.readouterr().err
    with TrialStore.open_read_only(Path("stopped")) as store:
        kept = store.trials()
    assert len(kept) == 7
    gone_on = report(capsys, *words("Interrupted", "--run-dir", "stopped"))
    with TrialStore.open_read_only(Path("stopped")) as store:
        assert store.trials()[:6] == kept[:6]
    monkeypatch.setattr(Interrupted, "stop", 0)
    assert report(capsys, *words("Interrupted", "--run-dir", "whole")) == gone_on


def test_its_trials_are_a_run_that_other_commands_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = report(capsys, *words("analytic", "--run-dir", "run"))
    assert main(["leaderboard", "run", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == found["trainings"]
    assert {row["key"] for row in rows} == {one["key"] for one in found["candidates"]}
    assert main(["show", "run:0"]) == 0


def test_a_search_does_not_go_on_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("analytic", "--run-dir", "run")) == 0
    assert main(["resume", "run"]) == 2
    assert "run is a run of `nas doctor`" in capsys.readouterr().err


def test_another_question_has_another_run(capsys: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["--seeds", "3"], ["--seed", "1"], ["--task.options.noise", "0.03"]):
        assert main([*words(), *more]) == 0
    # what no training depends on
    for more in (["--workers", "1"], ["--trials", "9"], ["--data.cache", "elsewhere"]):
        assert main([*words(), *more]) == (2 if "--trials" in more else 0)
    assert len(list(Path("runs").iterdir())) == 4
    assert all(path.name.startswith("doctor-smoke-") for path in Path("runs").iterdir())


def test_failed_trainings_are_counted_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, *words("Sometimes", "--architectures", "12"))
    failed = [one for one in found["candidates"] if one["failures"]]
    assert found["failed"] == 2 * len(failed) > 0
    assert found["n"] == 12 - sum(one["random"] for one in failed)
    assert main(words("Sometimes", "--architectures", "12")) == 0
    assert f"failed: {found['failed']} of {found['trainings']}" in capsys.readouterr().out


def test_a_failure_is_told_and_how_to_train_anew(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("Never")) == 1
    out = capsys.readouterr().out
    assert "they are left out, and another --run-dir trains anew" in out
    assert "the first failure: diverged: the loss is nan" in out


def test_data_that_went_bad_are_tried_again_by_the_same_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BadData, "bad", True)
    assert main(words("BadData", "--run-dir", "run")) == 2
    assert "the file is cut; mend that, and the same command goes on" in capsys.readouterr().err
    monkeypatch.setattr(BadData, "bad", False)
    found = report(capsys, *words("BadData", "--run-dir", "run"))
    assert (found["failed"], found["n"]) == (0, 6)


def test_figures_that_overflow_are_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, *words("Huge"))
    assert found["rewards"]["class_loss"]["icc"]["reason"].startswith("the values are too large")
    assert found["cpu_seconds"]["reason"] == "the task's cpu_seconds are too large to add"
    assert found["icc"]["value"] is not None


def test_the_config_of_its_run_says_what_repeats_it(capsys: pytest.CaptureFixture[str]) -> None:
    first = report(capsys, *words("analytic", "--run-dir", "a run", "--seeds", "3"))
    comment = Path("a run/config.toml").read_text().splitlines()[0]
    _, command, *_ = comment.split("`")
    assert command.endswith("--run-dir 'a run'")
    again = report(capsys, *shlex.split(command)[1:])
    assert {**again, "config": ""} == {**first, "config": ""}


def test_steps_are_told_of_tasks_that_have_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("analytic", "--seeds", "1")) == 0
    assert "detail loss), 1 seed each" in capsys.readouterr().out
    assert main(words("Lengths", "--seeds", "1", "--fidelity.steps", "100")) == 0
    assert "detail loss), 1 seed of 100 steps and one of 250 each" in capsys.readouterr().out


def test_a_run_directory_is_told_once_there_is_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("detection", "--data", "/nowhere")) == 2
    assert "run directory" not in capsys.readouterr().err


def test_a_search_is_not_told_to_resume_a_doctors_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("analytic", "--run-dir", "run")) == 0
    assert main(["search", "smoke", "--run-dir", "run"]) == 2
    assert "run exists already: it is a run of `nas doctor`; another" in capsys.readouterr().err


def test_where_nothing_succeeds_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, *words("Never"), code=1)
    assert found["failed_share"] == 1
    assert found["icc"]["reason"] == "0 measured: it takes 3"


def test_a_task_of_several_fidelities_is_trained_longer_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = report(capsys, *words("Lengths", "--fidelity.steps", "100", "--long", "3"))
    assert found["rank_long"]["value"] is not None
    for one in found["candidates"]:
        assert len(one["ap"]) == 2
        assert min(one["ap"]) >= 0.1
        assert one["ap_long"] >= 0.3


def test_the_proxy_itself_is_trained_for_its_steps_and_then_for_more(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    tiny = ["--architectures", "1", "--sound", "0", "--seeds", "1", "--fidelity.steps", "2"]
    found = report(capsys, *words("detection", *tiny, "--run-dir", "run"))
    assert (found["fidelity"]["steps"], found["long_fidelity"]["steps"]) == (2, 5)
    assert found["cpu_seconds"]["value"] > 0
    with TrialStore.open_read_only(Path("run")) as store:
        assert [json.loads(trial.fidelity)["steps"] for trial in store.trials()] == [2, 5]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--seeds", "0"], "--seeds 0: give a whole number"),
        (["--long", "1"], "--long 1: give a factor above 1"),
        (["--architectures", "x"], "invalid int value: 'x'"),
        (["--task.name", f"{TASKS}:Counting", *ANY_REWARD], "blocks: a doctor needs AP"),
        (["--task.name", f"{TASKS}:Counting"], "blocks: a doctor needs AP"),
        (
            ["--task.name", f"{TASKS}:Percent"],
            "AP = 42: a doctor needs one in 0..1",
        ),
        (["--architectures", "10000", "--seeds", "10000"], "up to 100,070,006 trainings; give"),
        (["--against", "nowhere"], "--against nowhere: there is no run; name the --run-dir of a"),
        (["--run-dir", "taken"], "taken exists already: there is no run to go on with"),
        (["--run-dir", "taken/file"], "taken/file"),
        (["--architecture", "3"], "did you mean --architectures?"),
        (["--data", "/nowhere", "--task.name", "detection"], "/nowhere"),
    ],
)
def test_a_mistake_is_one_line(
    given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").mkdir()
    Path("taken/file").touch()
    task = [] if "--task.name" in given else ["--task.name", "analytic"]
    assert main(["doctor", "smoke", *SMALL, *task, *given]) == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("nas:")]
    assert said in line


def test_a_run_of_another_question_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("analytic", "--run-dir", "run")) == 0
    assert main(words("analytic", "--run-dir", "run", "--seeds", "3")) == 2
    assert "run was begun with --seeds 2, not 3" in capsys.readouterr().err
