from pathlib import Path

import pytest

from nas.cli import main
from results import TrialStore, beliefs
from results.networks import RERANK, TEST
from tests.nas.analytic_runs import search

NOISY = ("--task.options.noise", "0.02")


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    search(tmp_path / "run", "--trials", "12", *NOISY)
    capsys.readouterr()
    return tmp_path / "run"


def rerank(directory: Path, *more: str) -> int:
    return main(["rerank", str(directory), *more])


def test_it_says_which_network_is_the_best_and_how_sure_that_is(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rerank(run, "--budget", "6") == 0
    out = capsys.readouterr().out
    best = beliefs(run).iloc[0]
    verdict = out.splitlines()[-1]
    assert verdict.startswith(f"trial {best['trial']} ({best['key'][:8]}) is")
    assert f"{best['posterior_mean']:.4f}" in verdict
    assert f"{best['p_best']:.2f}" in verdict
    assert "task analytic has no test split" in out


def test_the_search_stays_as_it_is_and_can_be_replayed(run: Path) -> None:
    before = (run / "run.sqlite").read_bytes()
    rerank(run, "--budget", "6")
    assert (run / "run.sqlite").read_bytes() == before
    assert main(["replay", str(run)]) == 0


def test_the_same_command_trains_nothing_more_and_a_larger_budget_goes_on(run: Path) -> None:
    counts = []
    for budget in ("4", "4", "7"):
        rerank(run, "--budget", budget)
        with TrialStore.open_read_only(run / RERANK) as store:
            counts.append(store.count())
    assert counts == [4, 4, 7]


def test_what_was_trained_again_cannot_be_resumed_as_a_search(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rerank(run, "--budget", "3")
    assert main(["resume", str(run / RERANK)]) == 2
    assert main(["rerank", str(run / RERANK)]) == 2
    assert "is what `nas rerank` trained" in capsys.readouterr().err


def test_trainings_of_another_run_are_not_taken_for_its_own(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rerank(run, "--budget", "3")
    other = tmp_path / "other"
    search(other, "--trials", "4", "--seed", "9", *NOISY)
    (run / RERANK).rename(other / RERANK)
    assert rerank(other) == 2
    assert "is of another run" in capsys.readouterr().err


@pytest.mark.parametrize(("option", "value"), [("--budget", "0"), ("--top", "-1")])
def test_numbers_that_cannot_be_are_refused_in_one_line(
    run: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert rerank(run, option, value) == 2
    assert capsys.readouterr().err == f"nas: {option} {value}: give a number of at least 1\n"


def test_the_best_are_scored_on_the_test_split_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Five trainings of five steps each."""
    tiny = ["--pump", "local", "--trials", "3", "--fidelity.steps", "5"]
    cached = ["--data.cache", str(tmp_path / "cache"), "--data.scenes_test", "8"]
    main(["search", "smoke", "--run-dir", str(tmp_path / "run"), *tiny, *cached])
    for _ in range(2):
        assert rerank(tmp_path / "run", "--budget", "1", "--top", "1") == 0
    assert "test AP" in capsys.readouterr().out
    with TrialStore.open_read_only(tmp_path / "run" / RERANK / TEST) as store:
        (trial,) = store.trials()
    assert {"AP", "test_AP", "test_AP50"} <= trial.metrics.keys()
    with TrialStore.open_read_only(tmp_path / "run" / RERANK) as store:
        assert "test_AP" not in store.trial(0).metrics


def test_a_noise_that_was_given_decides_the_race_and_stands_in_the_way_on(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With so much of it one training more decides nothing."""
    assert rerank(run, "--budget", "1", "--noise", "0.3") == 0
    verdict = capsys.readouterr().out.splitlines()[-1]
    assert "networks may be the best" in verdict
    assert verdict.endswith(f"`nas rerank {run} --budget 2 --noise 0.3` goes on")


def test_the_way_on_is_more_than_what_is_trained_already(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rerank(run, "--budget", "3", "--noise", "0.3")
    rerank(run, "--budget", "1", "--noise", "0.3")
    assert "--budget 6 --noise 0.3` goes on" in capsys.readouterr().out.splitlines()[-1]


def test_a_noise_that_is_none_trains_nothing(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rerank(run, "--noise", "nowhere.json") == 2
    assert capsys.readouterr().err.startswith("nas: --noise 'nowhere.json' cannot be read")
    assert not (run / RERANK).exists()
