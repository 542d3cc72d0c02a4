import json
from dataclasses import replace
from pathlib import Path

import pytest

from nas.cli import main
from results import FailureKind, Outcome, TrialStore
from results.networks import RERANK
from results.reranked import RERANKED, origin
from tests.nas.analytic_runs import search
from tests.results.runs import FIDELITY, architecture, make_run, trial


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


@pytest.fixture
def repeated(tmp_path: Path) -> Path:
    """Three networks, of which the best was trained again; rewards 0.2, 0.4 and 0.38, 0.3."""
    directory = make_run(tmp_path / "repeated", [0.2, 0.4, 0.3]).parent
    with TrialStore.open_read_only(directory) as search:
        meta = {RERANKED: str(origin(search))}
    with TrialStore.create(directory / RERANK, meta) as store:
        store.propose(replace(trial(0), architecture=architecture(1), seed=7))
        store.finish(0, Outcome.success({"AP": 0.38}), 0.38)
    return directory


def test_belief_has_one_row_a_network_with_what_was_trained_again(
    repeated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(capsys, repeated, "--belief")
    assert [(row["trial"], row["seeds"]) for row in found] == [(1, 2), (2, 1), (0, 1)]
    best = found[0]
    assert best["mean"] == pytest.approx(0.39)
    assert best["low"] < best["posterior_mean"] < best["high"]
    assert sum(row["p_best"] for row in found) == pytest.approx(1)


def test_belief_is_chosen_from_and_ordered_like_trials(
    repeated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trials(capsys, repeated, "--belief", "--where", "seeds < 2", "--top", "1") == [2]
    assert trials(capsys, repeated, "--belief", "--by", "mean", "--ascending") == [0, 2, 1]
    columns = rows(capsys, repeated, "--belief", "--columns", "p_best,key", "--top", "1")
    assert list(columns[0]) == ["p_best", "key"]


def test_a_table_of_belief_has_intervals_and_says_how_many_networks_there_are(
    repeated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", str(repeated), "--belief", "--by", "params", "--top", "2"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "2 of 3 networks; intervals are of 90 %" in text
    assert all(title in text for title in ("believed", "interval", "top 10", "params"))


def test_without_repeats_belief_says_what_it_assumes_and_the_way_out(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", str(run), "--belief"]) == 0
    said = capsys.readouterr()
    assert "interval" not in said.out
    assert said.err.startswith("ordered by the mean that was seen, as if nothing of it were luck")
    assert f"`nas rerank {run} --budget 10`" in said.err and "--noise" in said.err
    assert said.err.count("\n") == 1


def test_a_noise_that_was_given_serves_where_nothing_was_repeated(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(capsys, run, "--belief", "--noise", "0.02")
    assert found[0]["p_best"] > 0.9


def test_belief_of_several_runs_names_them(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = make_run(tmp_path / "other", [0.1, 0.1, 0.1, 0.9]).parent
    found = rows(capsys, run, other, "--belief", "--top", "2")
    assert [(row["run"], row["trial"]) for row in found] == [(str(other), 3), (str(run), 1)]


def test_belief_in_runs_of_two_fidelities_is_refused(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with TrialStore.create(tmp_path / "other", {}) as store:
        store.propose(trial(0, FIDELITY.replace("64", "96")))
        store.finish(0, Outcome.success({"AP": 0.5}), 0.5)
    assert "do not compare" in error(capsys, run, tmp_path / "other", "--belief")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--noise", "0.1"], "--noise: give --belief, too"),
        (["--belief", "--noise", "none"], "--noise 'none' cannot be read"),
        (["--belief", "--front", "madds"], "--front is of trials: leave out --belief"),
        (["--belief", "--by", "p_bst"], "--by: no column 'p_bst': did you mean 'p_best'?"),
    ],
)
def test_a_mistake_about_belief_ends_in_one_line(
    repeated: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert said in error(capsys, repeated, *words)


def test_the_way_out_of_a_run_whose_name_steers_a_terminal_is_one_plain_line(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = run.rename(run.with_name("a\x1b[31m\nb"))
    assert main(["leaderboard", str(hostile), "--belief", "--format", "csv"]) == 0
    said = capsys.readouterr().err
    assert said.removesuffix("\n").isprintable()


@pytest.mark.parametrize("more", [(), ("--columns", "run,AP"), ("--belief", "--noise", "0.1")])
def test_a_table_says_of_which_run_candidates_were_not_trained(
    more: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    search(Path("a[/b]"), "--trials", "2")
    make_run(tmp_path / "trained", [0.5, 0.25])
    capsys.readouterr()
    assert main(["leaderboard", "a[/b]", "trained", *more]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert words.endswith("a[/b]: scored by a formula, not trained")


def test_a_search_without_trainings_says_so_at_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path / "run", "--trials", "2")
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert "scored by a formula, not trained" in lines
