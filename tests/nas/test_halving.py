"""A study with rungs: what is promoted, told, paused, and what a crash leaves of it."""

import math
from collections import Counter
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controllers import RandomSearch
from nas.cli import main
from nas.config_source import load_config
from nas.errors import UsageError
from nas.evaluation import assignment, evaluate_trial
from nas.halving import make_rungs
from nas.pump_local import pump_local
from nas.study import Study
from results import Trial, TrialStatus, TrialStore, leaderboard
from results.training_length import training_length
from search_space import Genotype
from tests.nas.analytic_runs import trials as rows_of
from tests.nas.conftest import OpenStudy
from tests.nas.rung_task import RUNGS, RungTask
from tests.nas.tiny import SPACE, evolution, make_study, random_search

TASK = RungTask()
LANDSCAPE = ["--pump", "local", "--task.name", "landscape", "--fidelity.steps", "100"]
HALVING = ["--halving.rungs", "[0.25, 0.5]", "--halving.reduction", "2"]


class Listener(RandomSearch):
    """Remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(SPACE, 0)
        self.told: list[tuple[Genotype, float | None, float]] = []

    def observe(self, genotype: Genotype, reward: float | None, metrics: Any = None) -> None:
        self.told.append((genotype, reward, metrics["fidelity"]))


def finish(study: Study) -> list[Trial]:
    return list(pump_local(study, TASK))


def history(study: Study) -> list[tuple[str, float | None, str, int | None, int]]:
    trials = study.store.trials()
    return [(t.key, t.reward, t.fidelity, t.continues, t.seed) for t in trials]


def at_rung(trials: list[Trial], rung: int) -> list[Trial]:
    return [trial for trial in trials if trial.fidelity == RUNGS.fidelities[rung]]


def test_the_budget_counts_candidates_and_the_best_of_each_rung_go_on(
    open_study: OpenStudy,
) -> None:
    trials = finish(open_study(fidelity=RUNGS, budget=13))
    sizes = [len(at_rung(trials, rung)) for rung in range(3)]
    assert sizes[0] == 13
    for below, above in pairwise(sizes):  # asynchronous: early promotions may have been lucky
        assert above >= math.ceil(below / 2)
    for rung in range(2):
        ended = sorted(at_rung(trials, rung), key=lambda trial: -(trial.reward or 0))
        promoted = {trial.continues for trial in at_rung(trials, rung + 1)}
        assert {trial.number for trial in ended[: len(ended) // 2]} <= promoted


def test_a_promotion_is_the_same_candidate_with_its_seed_one_rung_higher(
    open_study: OpenStudy,
) -> None:
    trials = finish(open_study(fidelity=RUNGS, budget=10))
    promoted = [trial for trial in trials if trial.continues is not None]
    assert promoted
    for trial in promoted:
        before = trials[trial.continues or 0]
        assert (trial.genotype, trial.architecture) == (before.genotype, before.architecture)
        assert trial.seed == before.seed
        places = [RUNGS.fidelities.index(one.fidelity) for one in (before, trial)]
        assert places[1] == places[0] + 1


@pytest.mark.parametrize("budget", [1, 2, 3, 5])
def test_somebody_is_trained_to_the_end_however_few_there_are(
    open_study: OpenStudy, budget: int
) -> None:
    study = open_study(fidelity=RUNGS, budget=budget)
    assert at_rung(finish(study), 2)
    assert study.done


def test_a_controller_is_told_how_long_each_reward_trained(open_study: OpenStudy) -> None:
    listener = Listener()
    trials = finish(open_study(listener, fidelity=RUNGS, budget=8))
    told = [(t.genotype, t.reward, training_length(t.fidelity).share) for t in trials]
    assert [one for one in listener.told if one in told] == told
    assert Counter(share for *_, share in told).keys() == {0.25, 0.5, 1.0}


def test_without_rungs_the_fidelity_told_is_one(open_study: OpenStudy) -> None:
    listener = Listener()
    finish(open_study(listener, budget=8))
    assert {share for *_, share in listener.told} == {1.0}


def test_of_a_known_candidate_the_highest_rung_is_told(open_study: OpenStudy) -> None:
    listener = Listener()
    study = open_study(listener, fidelity=RUNGS, budget=60)
    finish(study)
    highest: dict[str, tuple[float | None, float]] = {}
    events = list(study.store.events())
    trials = study.store.trials()
    told = iter(listener.told)
    for event in events:
        trial = trials[event.number]
        if event.kind == "observe":
            highest[trial.key] = trial.reward, training_length(trial.fidelity).share
            assert next(told)[1:] == highest[trial.key]
        elif event.kind == "duplicate":
            assert next(told)[1:] == highest[trial.key]
    assert any(event.kind == "duplicate" for event in events)


def test_a_promotion_in_flight_is_handed_out_again(open_study: OpenStudy) -> None:
    study = open_study(fidelity=RUNGS, budget=8)
    while (trial := study.ask()) is not None and trial.continues is None:
        study.tell(trial.number, evaluate_trial(TASK, assignment(trial)))
    study.store.close()
    assert trial is not None
    assert open_study(fidelity=RUNGS, budget=8).ask() == trial


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.integers(0, 2**32), cut=st.integers(0, 60))
def test_a_search_with_rungs_cut_anywhere_goes_on_as_if_it_had_not_been(
    tmp_path_factory: pytest.TempPathFactory, order: int, cut: int
) -> None:
    """Workers answer in a random order; the uninterrupted search answers in the same one."""
    histories = []
    for stop in (None, cut):
        path = tmp_path_factory.mktemp("run") / "run.sqlite"
        rng, study = np.random.default_rng(order), make_study(path, fidelity=RUNGS)
        waiting: list[Trial] = []
        for step in count():
            if step == stop:
                study.store.close()
                study = make_study(path, fidelity=RUNGS)
                waiting = [study.ask() for _ in waiting]
            if len(waiting) < 3 and (trial := study.ask()) is not None:
                waiting.append(trial)
            elif waiting:
                waiting.sort(key=lambda trial: trial.number)
                done = waiting.pop(int(rng.integers(len(waiting))))
                study.tell(done.number, evaluate_trial(TASK, assignment(done)))
            else:
                break
        assert study.done
        histories.append(history(study))
        study.store.close()
    assert histories[0] == histories[1]


def test_a_run_extended_later_promotes_more(open_study: OpenStudy) -> None:
    study = open_study(fidelity=RUNGS, budget=4)
    before = finish(study)
    study.store.close()
    study = open_study(fidelity=RUNGS, budget=20)
    after = finish(study)
    assert len(at_rung(after, 1)) > len(at_rung(before, 1))
    assert len(at_rung(before + after, 0)) == 20


def test_a_pause_is_named_by_its_trial_and_found_by_the_one_that_continues_it(
    open_study: OpenStudy, tmp_path: Path
) -> None:
    task, folder = RungTask(), tmp_path / "checkpoints"
    study = open_study(fidelity=RUNGS, budget=8)
    for trial, places in zip(pump_local(study, task, folder), task.given, strict=False):
        number = trial.continues
        assert places["resume"] == (None if number is None else folder / f"{number}.pt")
        assert places["found"] == (number is not None)
        whole = trial.fidelity == RUNGS.fidelities[-1]
        assert places["pause"] == (None if whole else folder / f"{trial.number}.pt")


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_failed_promotion_ends_that_candidate_alone(open_study: OpenStudy, share: float) -> None:
    class Broken(RungTask):
        """Fails whoever is the first at a rung."""

        def evaluate_at(self, *given: Any, **places: Any) -> dict[str, float]:
            found = dict(super().evaluate_at(*given, **places))
            shares = [one["share"] for one in self.given]
            if shares[-1] == share and shares.count(share) == 1:
                raise RuntimeError("no")
            return found

    study = open_study(fidelity=RUNGS, budget=2)
    trials = list(pump_local(study, Broken()))
    assert [trial.status for trial in trials].count(TrialStatus.FAILED) == 1
    assert {t.status for t in at_rung(trials, 2)} >= {TrialStatus.COMPLETED}


def test_a_rung_that_fails_everybody_is_tried_with_everybody(open_study: OpenStudy) -> None:
    class Broken(RungTask):
        def evaluate_at(self, *given: Any, **places: Any) -> dict[str, float]:
            if training_length(given[2]).share == 0.5:
                raise RuntimeError("no")
            return dict(super().evaluate_at(*given, **places))

    study = open_study(fidelity=RUNGS, budget=8)
    trials = list(pump_local(study, Broken()))
    assert {trial.status for trial in at_rung(trials, 1)} == {TrialStatus.FAILED}
    begun = {trial.number for trial in at_rung(trials, 0)}
    assert {trial.continues for trial in at_rung(trials, 1)} == begun
    assert len(begun) == 8
    assert not at_rung(trials, 2)


def test_a_run_ends_with_the_longest_trainings_first_and_no_checkpoints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    words = ["search", "smoke", *LANDSCAPE, *HALVING, "--trials", "9", "--run-dir", str(run)]
    assert main(words) == 0
    rows = rows_of(run, capsys)
    assert [row["steps"] for row in rows] == sorted((r["steps"] for r in rows), reverse=True)
    assert {row["steps"] for row in rows} == {25, 50, 100}
    assert sorted(file.name for file in run.iterdir() if file.is_dir()) == []
    with TrialStore.open_read_only(run) as store:
        best = store.best()
    assert best is not None
    assert best.number == rows[0]["trial"]


def test_a_run_resumed_and_extended_keeps_its_rungs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    words = ["search", "smoke", *LANDSCAPE, *HALVING, "--trials", "4", "--run-dir", str(run)]
    assert main(words) == 0
    assert main(["resume", str(run), "--trials", "10"]) == 0
    assert sum(row["steps"] == 25 for row in rows_of(run, capsys)) == 10


def test_a_warm_start_is_told_of_whole_trainings_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    common = ["search", "smoke", *LANDSCAPE, "--trials", "6"]
    assert main([*common, *HALVING, "--run-dir", str(first)]) == 0
    assert main([*common, "--run-dir", str(second), "--warm-start", str(first)]) == 0
    whole = int((leaderboard(first)["steps"] == 100).sum())
    with TrialStore.open_read_only(second) as store:
        assert len(store.warm_trials()) == whole > 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"halving.rungs": "[0.5, 0.25]"}, "smallest first"),
        ({"halving.rungs": "[1.0]"}, "less than 1"),
        ({"halving.rungs": "[0.25]", "fidelity.steps": "1"}, "steps differ"),
        ({"halving.rungs": "[0.25]", "fidelity.stop_step": "2"}, "leave one of them out"),
        ({"halving.reduction": "1"}, "greater than or equal to 2"),
    ],
)
def test_rungs_that_do_not_fit_are_refused_in_one_line(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        make_rungs(load_config("smoke", given))
    assert "\n" not in str(caught.value)


def test_a_task_that_cannot_pause_is_refused_before_the_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--pump", "local", "--task.name", "analytic", "--run-dir", str(tmp_path / "run")]
    assert main(["search", "smoke", *words, *HALVING]) == 2
    assert "task analytic has no evaluate_at" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_evolution_and_random_search_end_with_rungs(tmp_path: Path) -> None:
    for number, controller in enumerate((evolution(), random_search())):
        study = make_study(tmp_path / f"{number}.sqlite", controller, fidelity=RUNGS, budget=30)
        assert at_rung(finish(study), 2)
        study.store.close()
