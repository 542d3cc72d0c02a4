import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from nas.cli import COMMANDS, main
from search_space import SPINENET_49
from search_space.block_specs import from_json
from tests.nas.analytic_runs import search, trials


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("runs") / "run"
    assert search(directory, "--trials", "6") == 0
    return directory


def test_a_run_directory_holds_the_store_and_the_effective_config(run: Path) -> None:
    names = {path.name for path in run.iterdir()}
    assert {"run.sqlite", "config.toml"} <= names
    assert "trials = 6" in (run / "config.toml").read_text()


def test_the_effective_config_repeats_the_search(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", str(run / "config.toml"), "--run-dir", str(tmp_path / "again")]) == 0
    first, second = trials(run, capsys), trials(tmp_path / "again", capsys)
    assert [(t["key"], t["reward"]) for t in first] == [(t["key"], t["reward"]) for t in second]


def test_the_leaderboard_is_json_with_the_promised_columns(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = trials(run, capsys)
    promised = {"trial", "key", "reward", "AP", "params", "madds", "status", "seed"}
    assert len(rows) == 6
    assert all(promised <= row.keys() for row in rows)
    rewards = [row["reward"] for row in rows]
    assert rewards == sorted(rewards, reverse=True)


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_leaderboard_can_be_written_to_a_file(
    run: Path, tmp_path: Path, file_format: str
) -> None:
    file = tmp_path / "board"
    words = ["leaderboard", str(run), "--top", "3", "--format", file_format]
    assert main([*words, "--output", str(file)]) == 0
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet}[file_format]
    assert len(read(file)) == 3


def test_a_finished_run_can_be_given_more_trials(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path / "run", "--trials", "3")
    before = trials(tmp_path / "run", capsys)
    assert main(["resume", str(tmp_path / "run"), "--trials", "5"]) == 0
    after = {row["trial"]: row for row in trials(tmp_path / "run", capsys)}
    assert len(after) == 5
    assert all(after[row["trial"]] == row for row in before)


@pytest.mark.parametrize("file_format", ["text", "svg", "dot", "json"])
def test_a_trial_can_be_shown(
    run: Path, file_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", f"{run}:0", "--format", file_format]) == 0
    assert capsys.readouterr().out


def test_json_of_a_published_network_can_be_read_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["show", "spinenet-49", "--format", "json"])
    assert from_json(capsys.readouterr().out) == SPINENET_49


def test_one_architecture_can_be_evaluated(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["evaluate", "spinenet-49", "smoke", "--task.name", "analytic", "--format", "json"]
    assert main(words) == 0
    metrics = json.loads(capsys.readouterr().out)
    assert metrics["key"] == SPINENET_49.key
    assert 0 <= metrics["AP"] <= 1


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = [command, "--help"] if command else ["--help"]
    try:
        assert main(words) == 0
    except SystemExit as end:
        assert end.code == 0
    assert "usage: nas" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["serach"], "no command 'serach': did you mean 'search'?"),
        (["search", "quikc"], "no preset 'quikc': did you mean 'quick'?"),
        (["search", "--trails", "3"], "unknown option '--trails': did you mean --trials?"),
        (["resume", "a", "--controller", "local"], "`nas fork RUN_DIR NEW --controller ...`"),
        (["resume", "a", "--controller.options.x=1"], "NEW --controller.options.x ...` begins"),
        (["resume", "a", "--workers", "3"], "`nas fork RUN_DIR NEW --workers ...`"),
        (["resume", "a", "--fidelity.steps", "9"], "see `nas resume --help`"),
        (["resume", "a", "--trails", "9"], "did you mean --trials?"),
        (["search", "--trials", "x"], "search.trials is 'x'"),
        (["search", "--trials"], "expected one argument"),
        (["search", "--controller", "evolutoin"], "did you mean 'evolution'?"),
        (["search", "--controller", "no.such:Thing"], "'no.such:Thing' cannot be imported"),
        (["search", "--controller.options.colour", "red"], "colour"),
        (["search", "--controller.options.population_size", "abc"], "population_size is 'abc'"),
        (["search", "--controller", ":x"], "':x' cannot be imported"),
        (["search", "--task.name", "analytci"], "did you mean 'analytic'?"),
        (["search", "--task.name", "analytic", "--task.options.colour", "1"], "colour"),
        (["search", "--space.offsets", "[9]"], "offsets"),
        (["search", "--space.intermediates", "{3 = 1000000}"], "at most 32 blocks"),
        (["search", "--fidelity.endpoint_filters", "1" + 30 * "0"], "endpoint_filters"),
        (["search", "--loss.box_weight", "inf"], "box_weight is inf"),
        (["search", "--trials", 5000 * "1"], "search.trials is"),
        (["search", "--trials", "1\nfoo = 2"], "search.trials is"),
        (["search", "--trials", "true"], "search.trials is a truth value"),
        (["search", "--controller.options.seed", "3"], "seed is no option"),
        (["search", "--search.objective", "math:pi"], "no function of metrics"),
        (["search", "--task.options.by", "table"], "task.options.by: task 'detection' takes no"),
        (["show", "run:" + 100 * "1"], "no architecture"),
        (["show", "."], "name a trial of a run"),
        (["show", ".:best"], "no trial 'best': name one by its number, as in .:0"),
        (["search", "--data", ""], "--data is empty"),
        (["search", "--data", "~nosuchuser/x"], "nosuchuser"),
        (["search", "--data", "nowhere"], "nowhere"),
        (["resume", "nowhere"], "nowhere does not exist"),
        (["leaderboard", "nowhere"], "nowhere does not exist"),
        (["leaderboard", "nowhere", "--top", "0"], "--top 0"),
        (["leaderboard", "nowhere", "--format", "xml"], "invalid choice: 'xml'"),
        (["show", "spinenet-48"], "did you mean 'spinenet-49'?"),
        (["show", "spinenet-49", "--output", "no/such/folder/x"], "no/such/folder/x"),
        (["evaluate", "nothing.json"], "no architecture 'nothing.json'"),
    ],
)
def test_a_mistake_ends_in_one_line_and_exit_code_2(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("nas: ")
    assert said.count("\n") == 1
    assert message in said
    assert not list(tmp_path.iterdir())  # nothing was begun


@pytest.mark.parametrize("option", ["--controller", "--controller.options.colour"])
def test_a_mistake_in_the_controller_shows_before_data_are_prepared(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    assert main(["search", "smoke", option, "evolutoin"]) == 2
    assert not list(tmp_path.iterdir())


def test_a_search_in_which_nothing_succeeds_says_so_with_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plug-in lies in the working directory, as a user's own would."""
    (tmp_path / "hopeless.py").write_text(
        "class Task:\n    def evaluate(self, architecture, seed):\n        raise OSError('boom')\n"
    )
    monkeypatch.chdir(tmp_path)
    words = ["search", "smoke", "--pump", "local", "--task.name", "hopeless:Task"]
    assert main([*words, "--run-dir", "run"]) == 1
    said = capsys.readouterr().out
    assert "crashed: OSError: boom" in said
    assert "no candidate has a reward" in said


def test_an_objective_that_fails_ends_in_one_line_and_the_run_can_be_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(tmp_path / "run", "--search.objective", "os:getcwd") == 2
    assert "the objective on {'params'" in capsys.readouterr().err
    assert [row["status"] for row in trials(tmp_path / "run", capsys)] == ["running"]


def test_a_trial_is_evaluated_by_the_config_of_its_run(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = {row["trial"]: row for row in trials(run, capsys)}
    assert main(["evaluate", f"{run}:0", "--format", "json"]) == 0
    metrics = json.loads(capsys.readouterr().out)
    assert metrics["config"] == str(run / "config.toml")
    assert metrics["AP"] == board[0]["AP"]


def test_a_message_of_several_lines_is_folded_into_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken_plugin.py").write_text("raise ImportError('first\\nsecond')\n")
    monkeypatch.chdir(tmp_path)
    assert main(["search", "smoke", "--controller", "broken_plugin:Mine"]) == 2
    assert capsys.readouterr().err.endswith("cannot be imported: first second\n")


def test_a_finished_run_is_resumed_without_a_worker(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = trials(run, capsys)
    assert main(["resume", str(run)]) == 0
    assert trials(run, capsys) == before


def test_the_effective_config_follows_a_new_budget(tmp_path: Path) -> None:
    search(tmp_path / "run", "--trials", "2")
    main(["resume", str(tmp_path / "run"), "--trials", "3"])
    assert "trials = 3" in (tmp_path / "run" / "config.toml").read_text()


def test_a_budget_of_nothing_leaves_the_run_as_it_was(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["resume", str(run), "--trials", "0"]) == 2
    assert main(["resume", str(run)]) == 0


def test_an_existing_run_directory_is_refused_and_left_alone(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = trials(run, capsys)
    assert search(run) == 2
    assert f"nas resume {run}" in capsys.readouterr().err
    assert trials(run, capsys) == before


def test_fewer_trials_than_there_are_is_refused(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["resume", str(run), "--trials", "2"]) == 2
    assert "has 6 trials already" in capsys.readouterr().err


def test_an_unknown_trial_is_refused(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", f"{run}:99"]) == 2
    assert "trial 99 is not in" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["leaderboard", "RUN"], ["show", "RUN:0"], ["show", "r0-sp53"], ["--help"]]
)
def test_looking_at_results_imports_neither_torch_nor_ray(run: Path, words: list[str]) -> None:
    words = [word.replace("RUN", str(run)) for word in words]
    code = f"from nas.cli import main; main({words}); import sys; print('MODULES', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = done.stdout.partition("MODULES")[2].split()
    assert not {"torch", "ray"} & set(modules)
