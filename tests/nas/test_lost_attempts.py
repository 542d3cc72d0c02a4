"""Trials whose workers or nodes are lost: tried again, so often and no more."""

from pathlib import Path
from typing import Any

import pytest

from controllers import RandomSearch
from nas.committed_study import PlannedTrial
from nas.errors import UsageError
from nas.lost_attempts import ATTEMPTS
from nas.planned_study import PlannedStudy
from results import Failure, FailureKind, Outcome, TrialStatus, TrialStore
from tests.nas.conftest import OpenStudy
from tests.nas.tiny import SPACE

GONE = Failure(FailureKind.NODE_LOST, "node 10.0.0.7 left")
SCORED = Outcome.success({"AP": 0.5})


class Listener(RandomSearch):
    """Remembers the rewards that it was told."""

    def __init__(self) -> None:
        super().__init__(SPACE, 0)
        self.told: list[float | None] = []

    def observe(self, genotype: Any, reward: float | None, metrics: Any = None) -> None:
        self.told.append(reward)


def test_a_lost_trial_is_handed_out_again_until_its_last_attempt(open_study: OpenStudy) -> None:
    study = open_study(attempts=3)
    trial = study.ask()
    assert [study.lose(0, GONE), study.lose(0, GONE)] == [trial, trial]
    ended = study.lose(0, GONE)
    assert ended.failure == Failure(
        FailureKind.NODE_LOST, "lost 3 times, at last: node 10.0.0.7 left"
    )
    assert study.store.failed() == [ended]


def test_a_controller_hears_of_the_last_loss_alone(open_study: OpenStudy) -> None:
    listener = Listener()
    study = open_study(listener, attempts=2)
    study.ask()
    study.lose(0, GONE)
    assert listener.told == []
    study.lose(0, GONE)
    assert listener.told == [None]


def test_losses_add_up_over_restarts(open_study: OpenStudy) -> None:
    study = open_study()
    study.ask()
    for _ in range(ATTEMPTS - 1):
        assert study.lose(0, GONE).status is TrialStatus.RUNNING
        study.store.close()
        study = open_study()
        assert study.ask() == study.store.trial(0)
    assert study.lose(0, GONE).status is TrialStatus.FAILED


def test_one_attempt_fails_with_the_message_as_it_came(open_study: OpenStudy) -> None:
    study = open_study(attempts=1)
    study.ask()
    assert study.lose(0, GONE).failure == GONE


def test_a_loss_behind_the_result_returns_the_result(open_study: OpenStudy) -> None:
    study = open_study(attempts=1)
    study.ask()
    ended = study.tell(0, SCORED)
    assert study.lose(0, GONE) == ended


def test_a_failure_of_the_candidate_is_no_lost_attempt(open_study: OpenStudy) -> None:
    study = open_study()
    study.ask()
    with pytest.raises(UsageError, match="trial 0: diverged is no lost attempt"):
        study.lose(0, Failure(FailureKind.DIVERGED, "nan"))


def test_a_trial_is_tried_at_least_once(open_study: OpenStudy) -> None:
    with pytest.raises(UsageError, match="attempts 0: a trial is tried at least once"):
        open_study(attempts=0)


def test_a_planned_trial_has_the_same_rule(tmp_path: Path) -> None:
    genotype = SPACE.unrank(3)
    with TrialStore.create(tmp_path / "run", {}) as store:
        study = PlannedStudy(
            plan=[PlannedTrial(genotype, SPACE.decode(genotype), "short")],
            store=store,
            objective=lambda metrics: metrics["AP"],
            seed=0,
            cost=lambda _: {"params": 1},
            attempts=2,
        )
        assert study.lose(0, GONE) == trial if (trial := study.ask()) else False
        assert study.lose(0, GONE).failure is not None
        assert study.done
