import json
from pathlib import Path

import pytest

from nas.cli import main
from results import FailureKind, Outcome, TrialStore
from tests.results.runs import make_run, trial


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Rewards 0.2, 0.4, 0.3; the third has no latency; the fourth failed."""
    with TrialStore.create(tmp_path / "run", {}) as store:
        for number, (reward, latency) in enumerate([(0.2, 7.0), (0.4, 9.0), (0.3, None)]):
            store.propose(trial(number))
            known = {} if latency is None else {"latency_ms": latency}
            store.finish(number, Outcome.success({"AP": reward, **known}), reward)
        store.propose(trial(3))
        store.finish(3, Outcome.failed(FailureKind.DIVERGED, "nan"), None)
    return tmp_path / "run"


def rows(capsys: pytest.CaptureFixture[str], *words: str | Path) -> list[dict]:
    capsys.readouterr()
    assert main(["leaderboard", *map(str, words), "--format", "json"]) == 0
    found: list[dict] = json.loads(capsys.readouterr().out)
    return found


def trials(capsys: pytest.CaptureFixture[str], *words: str | Path) -> list[int]:
    return [row["trial"] for row in rows(capsys, *words)]


def error(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    assert main(["leaderboard", *map(str, words)]) == 2
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    return text


def test_where_keeps_the_order_of_the_leaderboard(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trials(capsys, run, "--where", "AP < 0.35") == [2, 0]
    assert trials(capsys, run, "--where", "AP < 0.35", "--top", "1") == [2]


def test_by_orders_the_largest_first_and_missing_ones_last(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trials(capsys, run, "--by", "latency_ms") == [1, 0, 2, 3]
    assert trials(capsys, run, "--by", "latency_ms", "--ascending") == [0, 1, 2, 3]
    assert trials(capsys, run, "--by", "latency_ms", "--ascending", "--top", "1") == [0]


def test_ties_stay_in_the_order_of_the_leaderboard(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trials(capsys, run, "--by", "status") == [3, 1, 2, 0]


def test_a_front_is_of_the_rows_that_where_keeps(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trials(capsys, run, "--front", "params") == [0, 1]
    assert trials(capsys, run, "--front", "params", "--where", "trial != 1") == [0, 2]
    assert trials(capsys, run, "--front", "params", "--by", "params") == [1, 0]


def test_columns_are_those_that_were_asked_for(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rows(capsys, run, "--columns", "AP,trial", "--top", "1") == [{"AP": 0.4, "trial": 1}]
    assert main(["leaderboard", str(run), "--columns", "trial,latency_ms", "--top", "1"]) == 0
    text = capsys.readouterr().out
    assert "9.0000" in text and "0.4000" not in text


def test_a_table_shows_what_it_is_ordered_by_and_how_many_rows_there_are(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["leaderboard", str(run), "--by", "latency_ms", "--where", "AP > 0.1", "--top", "2"]
    assert main(words) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "latency_ms" in text and "7.0000" in text
    assert "2 of 3 that were asked for, of 4 trials (3 completed, 1 failed)" in text


def test_the_first_rows_of_a_table_count_all_trials(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", str(run), "--top", "1"]) == 0
    assert "1 of 4 trials (3 completed, 1 failed)" in " ".join(capsys.readouterr().out.split())


def test_several_runs_are_one_table(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = make_run(tmp_path / "other", [0.35])
    found = rows(capsys, run, other, "--top", "2")
    assert [(row["run"], row["trial"]) for row in found] == [(str(run), 1), (str(other.parent), 0)]
    assert trials(capsys, run, other, "--where", f"run == '{other.parent}'") == [0]
    assert main(["leaderboard", str(run), str(other)]) == 0
    assert "of 5 trials" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "latency"], "--by: no column 'latency': did you mean 'latency_ms'?"),
        (["--columns", "trial,app"], "--columns: no column 'app': "),
        (["--columns", "trial,,AP"], "'trial,,AP' has an empty name"),
        (["--where", "app < 1"], "--where: no column 'app': "),
        (["--where", "AP.real < 1"], "'AP.real' is neither a column nor"),
        (["--ascending"], "--ascending: give --by COLUMN, too"),
        (["--top", "0"], "--top 0"),
        (["nowhere"], "nowhere does not exist"),
    ],
)
def test_a_mistake_ends_in_one_line(
    run: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert said in error(capsys, run, *words)


def test_a_condition_that_nothing_meets_leaves_an_empty_table(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rows(capsys, run, "--where", "AP > 1") == []
    assert main(["leaderboard", str(run), "--where", "AP > 1"]) == 0
    assert "0 of 0 that were asked for, of 4 trials" in " ".join(capsys.readouterr().out.split())
