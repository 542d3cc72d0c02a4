from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nas.committed_study import PlannedTrial
from nas.evaluation import evaluate
from nas.objectives import ap
from nas.planned_study import PlannedStudy
from nas.pump_local import pump_local
from results import FailureKind, Outcome, TrialStatus, TrialStore
from tests.nas.tiny import SPACE, TASK

MEMBERS = [SPACE.unrank(number) for number in (3, 30, 60)]
PLAN = [
    PlannedTrial(genotype, SPACE.decode(genotype), fidelity)
    for fidelity in ("short", "short", "long")
    for genotype in MEMBERS
]


def open_study(path: Path) -> PlannedStudy:
    store = TrialStore.open(path) if path.exists() else TrialStore.create(path, {})
    return PlannedStudy(
        plan=PLAN, store=store, objective=ap, seed=0, cost=lambda _: {"params": 1, "madds": 2}
    )


@pytest.fixture
def study(tmp_path: Path) -> PlannedStudy:
    return open_study(tmp_path / "run.sqlite")


def test_every_trial_of_the_plan_is_evaluated_at_its_fidelity(study: PlannedStudy) -> None:
    with study.store:
        trials = list(pump_local(study, TASK))
        assert [trial.fidelity for trial in trials] == ["short"] * 6 + ["long"] * 3
        assert [trial.genotype for trial in trials] == MEMBERS * 3
        assert study.done


def test_one_architecture_planned_twice_has_two_trials_with_two_seeds(
    study: PlannedStudy,
) -> None:
    with study.store:
        first, again = [t for t in pump_local(study, TASK) if t.key == PLAN[0].architecture.key][:2]
        assert first.seed != again.seed
        assert first.reward != again.reward


def test_what_is_counted_of_an_architecture_is_among_its_metrics(study: PlannedStudy) -> None:
    with study.store:
        trial = next(iter(pump_local(study, TASK)))
        assert trial.metrics["madds"] == 2
        assert trial.reward == trial.metrics["AP"]


def test_a_failed_trial_has_no_reward_and_the_plan_goes_on(study: PlannedStudy) -> None:
    with study.store:
        trial = study.ask()
        assert trial is not None
        assert study.tell(0, Outcome.failed(FailureKind.DIVERGED, "nan")).reward is None
        assert len(list(pump_local(study, TASK))) == len(PLAN) - 1


def test_a_second_result_of_a_trial_changes_nothing(study: PlannedStudy) -> None:
    with study.store:
        study.ask()
        first = study.tell(0, Outcome.success({"AP": 0.5}))
        assert study.tell(0, Outcome.success({"AP": 0.9})) == first


def test_a_continuation_waits_for_the_end_of_what_it_continues_and_has_its_seed(
    tmp_path: Path,
) -> None:
    member = SPACE.decode(MEMBERS[0])
    plan = [PlannedTrial(MEMBERS[0], member, "part")]
    plan.append(PlannedTrial(MEMBERS[0], member, "whole", continues=0))
    with TrialStore.create(tmp_path / "run", {}) as store:
        study = PlannedStudy(plan=plan, store=store, objective=ap, seed=0, cost=lambda _: {})
        first = study.ask()
        assert first is not None
        assert study.ask() is None
        assert not study.done
        study.tell(0, Outcome.failed(FailureKind.WORKER_LOST, "its worker died"))
        then = study.ask()
        assert then is not None
        assert (then.continues, then.seed) == (0, first.seed)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(asked=st.integers(0, 9), told=st.integers(0, 9))
def test_a_plan_cut_anywhere_goes_on_to_the_same_trials(
    tmp_path_factory: pytest.TempPathFactory, asked: int, told: int
) -> None:
    path = tmp_path_factory.mktemp("run") / "run.sqlite"
    with (study := open_study(path)).store:
        out = [study.ask() for _ in range(asked)]
        for trial in out[:told]:
            assert trial is not None
            study.tell(trial.number, evaluate(TASK, trial.architecture, trial.seed))
    with (study := open_study(path)).store:
        list(pump_local(study, TASK))
        trials = study.store.trials()
    assert [(t.number, t.genotype, t.status) for t in trials] == [
        (number, planned.genotype, TrialStatus.COMPLETED)
        for number, planned in zip(count(), PLAN, strict=False)
    ]
    assert [t.reward for t in trials] == [
        TASK.evaluate(t.architecture, t.seed)["AP"] for t in trials
    ]
