"""`[task] name = "spinebench"` and the scorecard's landscape, on a file made here."""

import json
import sys
from pathlib import Path

import pytest

from nas.cli import main
from proxy_tasks import spinebench_file
from tests.nas.analytic_runs import trials
from tests.proxy_tasks.synthetic_bench import write

FAST = ["--task.name", "spinebench", "--controller", "random", "--pump", "local", "--trials", "4"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "file.parquet"
    write(path)
    return path


def search(preset: str, file: Path, directory: Path, *more: str) -> int:
    options = ["--task.options.file", str(file), "--run-dir", str(directory)]
    return main(["search", preset, *FAST, *options, *more])


def test_a_search_runs_on_the_surrogate(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search("quick", file, tmp_path / "run") == 0
    assert [row["status"] for row in trials(tmp_path / "run", capsys)] == ["completed"] * 4


def test_another_length_of_training_is_one_line_before_the_search(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search("quick", file, tmp_path / "run", "--fidelity.steps", "100") == 2
    error = capsys.readouterr().err
    assert "is of quick, but steps is 100, there 400" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_the_table_takes_rungs_where_it_was_scored(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = ["--task.options.by", "table"]
    assert search("quick", file, tmp_path / "run", *table, "--halving.rungs", "[0.25]") == 2
    assert "scored at steps 50, 400), but stop_step is 100" in capsys.readouterr().err


def scorecard(*more: str) -> int:
    words = ["--landscapes", "spinebench", "--controllers", "random", "--seeds", "2"]
    return main(["scorecard", *words, "--budget", "10", "--workers", "1", *more])


def test_the_scorecard_refuses_another_space(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(spinebench_file, "packed_file", lambda: file)
    spinebench_file.read_spinebench.cache_clear()
    assert scorecard("--space", "mobile") == 2
    error = capsys.readouterr().err
    assert "spinebench is of the networks of spinenet-49" in error
    spinebench_file.read_spinebench.cache_clear()


def test_it_is_one_of_the_usual_landscapes(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--controllers", "random", "--seeds", "2", "--budget", "10", "--workers", "1"]
    assert main(["scorecard", *words, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["landscape"] for row in rows] == ["tables", "messages", "flat", "spinebench"]


@pytest.mark.parametrize("without", ["another space", "no scikit-learn"])
def test_where_it_cannot_be_it_is_left_out_with_a_remark(
    without: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--controllers", "random", "--seeds", "2", "--budget", "10", "--workers", "1"]
    if without == "another space":
        words += ["--space", "mobile"]
    else:
        monkeypatch.setitem(sys.modules, "sklearn", None)
    assert main(["scorecard", *words, "--format", "json"]) == 0
    said = capsys.readouterr()
    assert [row["landscape"] for row in json.loads(said.out)] == ["tables", "messages", "flat"]
    assert "nas: spinebench is left out: " in said.err
