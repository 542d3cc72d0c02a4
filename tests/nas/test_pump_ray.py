import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from nas.errors import WorkersLost
from nas.lost_attempts import ATTEMPTS
from nas.pump_ray import pump_ray
from results import FailureKind, TrialStatus
from search_space import Architecture
from tests.nas.conftest import OpenStudy
from tests.nas.rung_task import RUNGS, RungTask
from tests.nas.tiny import TASK

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("ray_cluster")]


@dataclass(frozen=True)
class Deadly:
    """Kills its worker process on the architectures whose key begins with one of `digits`.

    Leaves a mark in `log` at each evaluation; with `once`, only the first attempt dies.
    """

    log: Path
    digits: str
    once: bool

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        mark = self.log / architecture.key
        tried = mark.exists()
        with mark.open("a") as file:
            file.write("x")
        if architecture.key[0] in self.digits and not (tried and self.once):
            os.kill(os.getpid(), signal.SIGKILL)
        return TASK.evaluate(architecture, seed)


def task() -> object:
    return TASK


def unmakeable() -> object:
    raise FileNotFoundError("no data here")


def test_all_trials_come_back_with_their_own_results(open_study: OpenStudy, tmp_path: Path) -> None:
    study = open_study()
    trials = list(pump_ray(study, task, 2))
    assert sorted(trial.number for trial in trials) == list(range(12))
    for trial in trials:
        assert trial.reward == TASK.evaluate(trial.architecture, trial.seed)["AP"]


def test_a_trial_whose_worker_died_is_given_to_another(
    open_study: OpenStudy, tmp_path: Path
) -> None:
    study = open_study(budget=6)
    task = Deadly(tmp_path, digits="01234567", once=True)
    trials = list(pump_ray(study, partial(lambda task: task, task), 2))
    assert [trial.status for trial in trials] == [TrialStatus.COMPLETED] * 6
    attempts = [(tmp_path / trial.key).read_text() for trial in trials]
    assert "xx" in attempts  # some worker did die
    lost = [event for event in study.store.events() if event.kind == "lost"]
    assert sum(len(tried) - 1 for tried in attempts) == len(lost)
    assert all((event.detail or "").startswith("worker_lost: its worker died") for event in lost)


def test_a_trial_that_kills_every_worker_fails_and_the_rest_goes_on(
    open_study: OpenStudy, tmp_path: Path
) -> None:
    study = open_study(budget=4)
    first = study.ask()
    assert first is not None
    study.store.close()
    study = open_study(budget=4)
    task = Deadly(tmp_path, digits=first.key[0], once=False)
    trials = {trial.number: trial for trial in pump_ray(study, partial(lambda task: task, task), 2)}
    assert len(trials) == 4
    failure = trials[0].failure
    assert failure is not None
    assert failure.kind is FailureKind.WORKER_LOST
    assert (tmp_path / first.key).read_text() == "x" * ATTEMPTS


def test_workers_that_cannot_start_are_reported_in_one_line(
    open_study: OpenStudy, tmp_path: Path
) -> None:
    study = open_study()
    with pytest.raises(WorkersLost, match="no data here") as caught:
        list(pump_ray(study, unmakeable, 2))
    assert "\n" not in str(caught.value)


def deadly() -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return TASK


def test_workers_that_die_while_they_start_are_given_up(
    open_study: OpenStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nas.ray_pool.BACKOFF_SECONDS", 0.01)
    monkeypatch.setattr("nas.ray_pool.MOST_STARTS", 2)
    study = open_study()
    with pytest.raises(WorkersLost, match="its worker process has died") as caught:
        list(pump_ray(study, deadly, 1))
    assert "OOM killer" not in str(caught.value)
    assert not study.store.losses(0)  # no trial was given to any of them


def stillborn(log: Path) -> object:
    with log.open("a") as file:
        file.write("x")
    return deadly() if len(log.read_text()) in (1, 2) else TASK


def test_workers_that_die_while_they_start_are_made_again(
    open_study: OpenStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nas.ray_pool.BACKOFF_SECONDS", 0.01)
    trials = list(pump_ray(open_study(budget=2), partial(stillborn, tmp_path / "log"), 1))
    assert [trial.status for trial in trials] == [TrialStatus.COMPLETED] * 2


@dataclass(frozen=True)
class Terminated:
    """Its process gets the SIGTERM of a machine that shuts down, at the first attempt."""

    log: Path

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        if not self.log.exists():
            self.log.touch()
            os.kill(os.getpid(), signal.SIGTERM)
        return TASK.evaluate(architecture, seed)


def test_a_machine_that_shuts_down_is_not_the_candidates_fault(
    open_study: OpenStudy, tmp_path: Path
) -> None:
    study = open_study(budget=2)
    task = Terminated(tmp_path / "log")
    trials = list(pump_ray(study, partial(lambda task: task, task), 1))
    assert [trial.status for trial in trials] == [TrialStatus.COMPLETED] * 2
    assert study.store.losses(0) == 1


def test_rungs_are_climbed_by_workers(open_study: OpenStudy, tmp_path: Path) -> None:
    study = open_study(fidelity=RUNGS, budget=10)
    trials = list(pump_ray(study, RungTask, 2, checkpoints=tmp_path / "checkpoints"))
    assert study.done
    assert sum(trial.continues is None for trial in trials) == 10
    assert RUNGS.fidelities[-1] in {trial.fidelity for trial in trials}
    for trial in trials:
        again = RungTask().evaluate_at(trial.architecture, trial.seed, trial.fidelity)
        assert trial.reward == again["AP"]


@dataclass(frozen=True)
class Hanging:
    """Never ends on the architectures whose key begins with one of `digits`."""

    digits: str

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        while architecture.key[0] in self.digits:
            signal.pause()
        return TASK.evaluate(architecture, seed)


def test_a_trial_that_hangs_is_ended_and_its_worker_comes_back(open_study: OpenStudy) -> None:
    study = open_study(budget=4)
    first = study.ask()
    assert first is not None
    study.store.close()
    study = open_study(budget=4)
    task = Hanging(first.key[0])
    pump = pump_ray(study, partial(lambda task: task, task), 1, time_limit=1.5)
    trials = {trial.number: trial for trial in pump}
    assert len(trials) == 4
    failure = trials[0].failure
    assert failure is not None
    assert failure.kind is FailureKind.TIME_LIMIT
    assert study.store.losses(0) == 0  # it is the candidate's failure: no second attempt
    assert TrialStatus.COMPLETED in {trial.status for trial in trials.values()}
