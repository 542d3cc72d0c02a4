import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nas import scorecard as scorecard_module
from nas.cli import main
from nas.scorecard import Scorecard
from nas.scorecard_plot import line_styles, scorecard_plot
from nas.scorecard_settings import ScorecardSettings
from tests.nas.test_scorecard import a_row

SMALL = ["--controllers", "random", "--landscapes", "flat", "--seeds", "2", "--budget", "10"]
SETTINGS = ScorecardSettings(controllers=("random", "mine"), budget=10, seeds=3)
ROWS = [a_row(1, 2, 3), a_row(10, 12, None, name="random")]


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that were there before, so that a command takes no time."""
    monkeypatch.setattr(scorecard_module, "scorecard", lambda *_: Scorecard(ROWS, {}))


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Scorecard:
        raise AssertionError("the work has begun")

    monkeypatch.setattr(scorecard_module, "worker_processes", refuse)


def test_a_scorecard_is_a_json_list_of_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scorecard", *SMALL, "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert {"controller", "landscape", "ratio", "ratio_low", "ratio_high"} <= row.keys()
    assert (row["controller"], row["landscape"], row["budget"]) == ("random", "flat", 10)
    assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
    assert row["command"].startswith("nas scorecard --controllers random --landscapes flat")
    assert len(row["ratios"]) == row["seeds"] == 2


@pytest.mark.usefixtures("no_work")
def test_the_file_has_the_json_and_the_terminal_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "card.json"
    assert main(["scorecard", *SMALL, "--output", str(file)]) == 0
    assert [row["controller"] for row in json.loads(file.read_text())] == ["mine", "random"]
    out = capsys.readouterr().out
    assert "mine" in out
    assert "5.00 [3.33, 10.00]" in out


@pytest.mark.usefixtures("no_work")
def test_a_table_fits_the_width_of_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scorecard", *SMALL]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 120
    assert any("random" in line and "1/2" in line for line in lines)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(("name", "start"), [("a.svg", b"<?xml"), ("a.PNG", b"\x89PNG")])
def test_a_plot_is_what_its_suffix_says(name: str, start: bytes, tmp_path: Path) -> None:
    assert main(["scorecard", *SMALL, "--plot", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_bytes().startswith(start)


def test_the_same_rows_are_the_same_picture_with_every_name() -> None:
    first, second = (scorecard_plot(ROWS, SETTINGS, "svg") for _ in range(2))
    assert first == second
    words = {element.text for element in ElementTree.fromstring(first).iter()}
    assert {"mine", "random", "tables", "evaluations"} <= words


def test_no_two_controllers_look_alike() -> None:
    styles = line_styles([f"controller {i}" for i in range(21)])
    assert len(set(styles.values())) == 22  # random is always there


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--controllers", "evolutoin"], "did you mean 'evolution'?"),
        (["--controllers", "random,random"], "random is there twice"),
        (["--controllers", ","], "--controllers names nothing: give names, or leave"),
        (["--controllers", "tests.nas.scorecard_plugins:Unmade"], "cannot be made: SystemExit: 3"),
        (["--landscapes", ","], "--landscapes names nothing"),
        (["--runs", ""], "--runs names nothing: give RUN_DIR"),
        (["--runs", "A,B,./A"], "--runs A,B,./A: ./A is A: give each run once"),
        (["--runs", "A,A"], "--runs A,A: A is there twice: give each run once"),
        (["--controllers", "no.such:Thing"], "cannot be imported"),
        (["--controllers", "random", "--landscapes", "falt"], "did you mean 'flat'?"),
        (["--controllers", "random", "--landscapes", "measured"], "--runs RUN_DIR"),
        (["--controllers", "random", "--space", "spinenet-50"], "no space 'spinenet-50'"),
        (["--seeds", "1"], "--seeds 1: give a whole number, 2 to"),
        (["--budget", "9"], "--budget 9: give a whole number, 10 to"),
        (["--noise", "nan"], "--noise nan"),
        (["--noise", "1e308"], "--noise 1e+308: give a standard deviation, 0 to 100"),
        (["--workers", "0"], "--workers 0"),
        (["--output", "/nowhere/at/all.json"], "--output /nowhere/at/all.json cannot be written"),
        (["--plot", "/nowhere/at/all.svg"], "--plot /nowhere/at/all.svg cannot be written"),
        (["--output", "a.svg", "--plot", "./a.svg"], "--plot ./a.svg are one file: give two"),
        (["--plot", "card.pdf"], "ends in .svg or .png"),
        (["--output", ""], "--output '' names no file"),
        (["--runs", "/nowhere"], "/nowhere"),
    ],
)
def test_a_mistake_is_one_line_before_the_work(
    words: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    given = words if "--controllers" in words else ["--controllers", "random", *words]
    assert main(["scorecard", *given]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_controller_that_breaks_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--controllers", "tests.nas.scorecard_plugins:Failing", *SMALL[2:]]
    assert main(["scorecard", *words]) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("nas:")]
    assert len(errors) == 1
    assert "RuntimeError: the third is one too many" in errors[0]


def test_the_others_are_written_where_a_controller_breaks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "card.json"
    names = "random,tests.nas.scorecard_plugins:Failing"
    assert main(["scorecard", "--controllers", names, *SMALL[2:], "--output", str(file)]) == 2
    told = capsys.readouterr()
    (line,) = [line for line in told.err.splitlines() if line.startswith("nas:")]
    assert line.endswith("RuntimeError: the third is one too many; it is left out")
    assert [row["controller"] for row in json.loads(file.read_text())] == ["random"]
    assert "random" in told.out and "Failing" not in told.out


def test_a_list_of_landscapes_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scorecard", "--controllers", "random", "--landscapes", "hills"]) == 2
    assert capsys.readouterr().err.count("messages") == 1


def test_what_is_there_stays_when_a_check_looks_at_it(tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    file.write_text("kept")
    words = ["--controllers", "nobody", "--output", str(file)]
    assert main(["scorecard", *words]) == 2
    assert file.read_text() == "kept"
