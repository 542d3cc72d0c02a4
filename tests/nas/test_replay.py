"""A journal determines its search: a fresh controller comes to the same point, or is refused."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controllers import Controller, RegularizedEvolution
from nas.cli import main
from nas.compose import CONTROLLERS
from nas.errors import ReplayMismatch
from nas.evaluation import assignment, evaluate_trial
from nas.plugins import make_plugin
from nas.promotion_check import PromotionCheck
from nas.pump_local import pump_local
from nas.replay import replay
from nas.rungs import Rungs
from nas.study import Study
from results import Failure, FailureKind, Outcome, Trial, TrialStatus, TrialStore
from search_space import Genotype
from tests.nas.analytic_runs import search
from tests.nas.conftest import OpenStudy
from tests.nas.rung_task import RUNGS, RungTask
from tests.nas.tiny import SPACE, TASK, evolution, make_study
from tests.results.edited import edited

WHOLE = Rungs(("{}",))
GONE = Failure(FailureKind.WORKER_LOST, "killed")
every_controller = pytest.mark.parametrize("name", sorted(CONTROLLERS))


def fresh(name: str) -> Controller:
    made: Controller = make_plugin("controller", name, CONTROLLERS, {}, space=SPACE, seed=3)
    return made


def test_a_journal_of_another_controller_is_refused(open_study: OpenStudy) -> None:
    study = open_study(evolution(seed=1))
    study.ask()
    study.store.close()
    with pytest.raises(ReplayMismatch, match=r"event 1 proposed trial 0 \(\w{8}\), but the cont"):
        open_study(evolution(seed=2))


def test_what_is_not_derived_again_can_be_gone_on_with_in_a_fork(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(tmp_path / "run", "--trials", "3", "--controller", "evolution") == 0
    with TrialStore.open(tmp_path / "run") as store:
        store.set_meta("config", store.meta()["config"].replace('"seed": 0', '"seed": 1'))
    assert main(["resume", str(tmp_path / "run"), "--trials", "4"]) == 2
    named = capsys.readouterr().err.rpartition("`nas ")[2].removesuffix("`\n").split()
    assert named == ["fork", str(tmp_path / "run"), "NEW"]
    assert main([*named[:2], str(tmp_path / "new"), "--trials", "4"]) == 0
    assert main(["resume", str(tmp_path / "new")]) == 0


def test_a_journal_without_its_proposals_is_refused(open_study: OpenStudy) -> None:
    study = open_study()
    study.ask()
    study.store.close()
    with closing(sqlite3.connect(study.store.path)) as connection, connection:
        connection.execute("DELETE FROM events")
    with pytest.raises(ReplayMismatch, match="0 proposals for 1 trials"):
        open_study()


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ("UPDATE events SET number = 7 WHERE seq = 1", "event 1 is of trial 7, which is gone: bri"),
        ("DELETE FROM events WHERE seq = 4", "the journal has 1 results for 2 trials that have en"),
    ],
)
def test_a_journal_of_other_trials_is_refused(
    open_study: OpenStudy, edit: str, message: str
) -> None:
    study = open_study()
    for reward in (0.5, 0.7):
        trial = study.ask()
        assert trial is not None
        study.tell(trial.number, Outcome.success({"AP": reward}))
    study.store.close()
    with edited(study.store.path) as connection:
        connection.execute(edit)
    with pytest.raises(ReplayMismatch, match=message):
        open_study()


def turbulent_run(path: Path, make: Callable[[], Controller], rungs: Rungs, seed: int) -> Counter:
    """A search in which anything happens: results out of order, failures, losses, restarts that
    reopen what failed. Returns how many events of each kind it has.
    """
    rng, task = np.random.default_rng(seed), RungTask()

    def opened() -> Study:
        return make_study(path, make(), fidelity=rungs, budget=10, attempts=2)

    study = opened()
    waiting: list[Trial] = []
    for step in count():
        match rng.choice(["ask", "tell", "fail", "lose", "restart"], p=[0.4, 0.3, 0.1, 0.1, 0.1]):
            case "ask" if len(waiting) < 3 and (trial := study.ask()) is not None:
                waiting.append(trial)
            case "restart" if step < 60:
                for failed in study.store.failed()[::2]:
                    study.store.reopen(failed.number)
                out = study.store.count(TrialStatus.RUNNING)
                study.store.close()
                study = opened()
                waiting = [again for _ in range(out) if (again := study.ask()) is not None]
            case "ask" | "restart":
                if not waiting and study.done:
                    break
            case what if waiting:
                trial = waiting.pop(int(rng.integers(len(waiting))))
                if what == "tell":
                    study.tell(trial.number, evaluate_trial(task, assignment(trial)))
                elif what == "fail":
                    study.tell(trial.number, Outcome.failed(FailureKind.CRASHED, "no"))
                elif study.lose(trial.number, GONE).status is TrialStatus.RUNNING:
                    waiting.append(trial)
    study.store.close()
    with TrialStore.open_read_only(path) as store:
        return Counter(event.kind for event in store.events())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), rungs=st.sampled_from([RUNGS, WHOLE]))
def test_whatever_happened_is_derived_again(
    tmp_path_factory: pytest.TempPathFactory, seed: int, rungs: Rungs
) -> None:
    path = tmp_path_factory.mktemp("run") / "run.sqlite"
    counts = turbulent_run(path, evolution, rungs, seed)
    with TrialStore.open_read_only(path) as store:
        check = PromotionCheck(path, rungs) if rungs is RUNGS else None
        assert replay(store, SPACE, evolution(), check) == counts
        trials = store.count()
    assert counts["propose"] + counts["promote"] == trials


class Recorder(RegularizedEvolution):
    """Writes down what it is asked for and told."""

    def __init__(self) -> None:
        super().__init__(SPACE, 0, population_size=4, sample_size=2)
        self.calls: list[Any] = []

    def propose(self) -> Genotype:
        self.calls.append("propose")
        return super().propose()

    def observe(self, genotype: Genotype, reward: float | None, metrics: Any = None) -> None:
        self.calls.append((genotype, reward, dict(metrics)))
        super().observe(genotype, reward, metrics)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), rungs=st.sampled_from([RUNGS, WHOLE]))
def test_a_controller_is_told_again_what_it_was_told_with_its_metrics(
    tmp_path_factory: pytest.TempPathFactory, seed: int, rungs: Rungs
) -> None:
    path, made = tmp_path_factory.mktemp("run") / "run.sqlite", []

    def recorder() -> Recorder:
        made.append(Recorder())
        return made[-1]

    turbulent_run(path, recorder, rungs, seed)
    with TrialStore.open_read_only(path) as store:
        replay(store, SPACE, recorder())
    assert made[-1].calls == made[-2].calls
    for before, after in pairwise(made):
        assert after.calls[: len(before.calls)] == before.calls


@every_controller
def test_a_resumed_controller_goes_on_as_the_one_that_lived(tmp_path: Path, name: str) -> None:
    """The oracle is the controller that was never replayed."""
    study = make_study(tmp_path / "run.sqlite", fresh(name), fidelity=RUNGS, budget=6)
    list(pump_local(study, RungTask()))
    study.store.close()
    with TrialStore.open_read_only(tmp_path) as store:
        replayed = fresh(name)
        replay(store, SPACE, replayed, PromotionCheck(store.path, RUNGS))
    assert [replayed.propose() for _ in range(4)] == [study.controller.propose() for _ in range(4)]


@every_controller
def test_an_extended_search_is_the_one_with_the_larger_budget(tmp_path: Path, name: str) -> None:
    keys = []
    for directory, budgets in (("once", [9]), ("twice", [5, 9])):
        for budget in budgets:
            study = make_study(tmp_path / f"{directory}.sqlite", fresh(name), budget=budget)
            list(pump_local(study, TASK))
            study.store.close()
        with TrialStore.open_read_only(tmp_path / f"{directory}.sqlite") as store:
            keys.append([(one.key, one.seed, one.reward) for one in store.trials()])
    assert keys[0] == keys[1]
    assert len(keys[0]) == 9


def test_what_was_reopened_is_told_twice_as_it_was_each_time(open_study: OpenStudy) -> None:
    study = open_study(budget=3)
    study.ask()
    study.tell(0, Outcome.failed(FailureKind.OUT_OF_MEMORY, "no"))
    study.store.reopen(0)
    study.store.close()
    study = open_study(budget=3)
    list(pump_local(study, TASK))
    again = Recorder()
    replay(study.store, SPACE, again)
    (_, failed, metrics), *told = [call for call in again.calls if call != "propose"]
    assert (failed, metrics) == (None, {"params": 1, "madds": 2, "fidelity": 1.0})
    assert [reward for _, reward, _ in told] == [one.reward for one in study.store.trials()]
    assert [set(known) for *_, known in told] == [{"AP", "seconds", *metrics}] * 3


def test_a_promotion_that_nothing_calls_for_is_named(open_study: OpenStudy) -> None:
    study = open_study(fidelity=RUNGS, budget=6)
    list(pump_local(study, RungTask()))
    store = study.store
    number = next(event.number for event in store.events() if event.kind == "promote")
    promoted, others = store.trial(number).continues, store.trials()
    worst = min((one.reward or 0, one.number) for one in others[:number] if one.continues is None)
    store.close()
    with edited(store.path) as connection:
        connection.execute(f"UPDATE trials SET continues = {worst[1]} WHERE number = {number}")
    with (
        TrialStore.open_read_only(store.path) as reader,
        pytest.raises(
            ReplayMismatch, match=rf"promoted trial {worst[1]}, but trial {promoted} is to be"
        ),
    ):
        replay(reader, SPACE, evolution(), PromotionCheck(store.path, RUNGS))
