from pathlib import Path

import pytest
from rich.console import Console

import nas.pump_local
from nas.evaluation import Assignment, evaluate_trial
from nas.reproduction import Reproduction
from nas.reproduction_scale import load_scale
from nas.reproduction_trainings import retry_lost, train_networks
from proxy_tasks.task import ProxyTask
from results import FailureKind, Outcome, TrialStore
from tests.nas.reproductions import reproduce, write_scale

QUIET = Console(quiet=True)


@pytest.fixture
def tiny(tmp_path: Path) -> Reproduction:
    scale = load_scale(str(write_scale(tmp_path / "tiny.toml")))
    return Reproduction(tmp_path / "run", scale, {})


def test_a_training_lost_with_its_worker_is_made_again_and_one_that_failed_is_not(
    tiny: Reproduction, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = [FailureKind.WORKER_LOST, FailureKind.DIVERGED]

    def failing(task: ProxyTask, given: Assignment) -> Outcome:
        return Outcome.failed(kinds.pop(0), "") if kinds else evaluate_trial(task, given)

    monkeypatch.setattr(nas.pump_local, "evaluate_trial", failing)
    for failed in ([0, 1], [1]):
        retry_lost(tiny, QUIET)
        train_networks(tiny, tiny.networks, QUIET)
        with TrialStore.open_read_only(tiny.directory / "networks") as store:
            assert [trial.number for trial in store.failed()] == failed


def test_a_single_training_is_counted_as_one_and_named(
    tiny: Reproduction, capsys: pytest.CaptureFixture[str]
) -> None:
    train_networks(tiny, tiny.networks[:1], Console(), seeds=1, workers=1)
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert first.startswith("1 training of networks that are compared, in ")
    assert "trial 0 spinenet-49 (" in second


def test_the_command_typed_again_makes_what_was_lost_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scale, run = write_scale(tmp_path / "tiny.toml"), tmp_path / "run"
    lost = Outcome.failed(FailureKind.NODE_LOST, "")
    with monkeypatch.context() as patch:
        patch.setattr(nas.pump_local, "evaluate_trial", lambda *_: lost)
        assert reproduce(scale, run, "--plan") == 0
    assert reproduce(scale, run) == 0
    with TrialStore.open_read_only(run / "networks") as store:
        assert not store.failed()
        assert [event.kind for event in store.events() if event.number == 0].count("retry") == 1
