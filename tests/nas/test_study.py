from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controllers import RandomSearch
from nas.errors import UsageError
from nas.evaluation import evaluate
from nas.study import Study, trial_seed
from results import FailureKind, Outcome, Trial, TrialStatus
from search_space import Genotype
from tests.nas.conftest import OpenStudy
from tests.nas.tiny import SPACE, TASK, make_study, random_search


def finish(study: Study) -> None:
    while (trial := study.ask()) is not None:
        study.tell(trial.number, evaluate(TASK, trial.architecture, trial.seed))


def history(study: Study) -> list[tuple[str, float | None]]:
    return [(trial.key, trial.reward) for trial in study.store.trials()]


def test_a_study_ends_with_its_budget(open_study: OpenStudy) -> None:
    study = open_study()
    finish(study)
    assert study.store.count(TrialStatus.COMPLETED) == 12


def test_no_architecture_is_evaluated_twice(open_study: OpenStudy) -> None:
    study = open_study(random_search(), budget=60)
    finish(study)
    keys = [trial.key for trial in study.store.trials()]
    assert len(set(keys)) == len(keys) == 60
    assert any(event.kind == "duplicate" for event in study.store.events())


def test_a_used_up_space_ends_a_study(open_study: OpenStudy) -> None:
    study = open_study(random_search(), budget=10**6)
    finish(study)
    assert study.exhausted
    assert study.store.count() < 10**6


def test_a_proposal_is_in_the_store_before_it_is_handed_out(open_study: OpenStudy) -> None:
    study = open_study()
    trial = study.ask()
    assert trial is not None
    assert study.store.running() == [trial]


def test_a_second_result_of_a_trial_changes_nothing(open_study: OpenStudy) -> None:
    study = open_study()
    trial = study.ask()
    assert trial is not None
    first = study.tell(trial.number, Outcome.success({"AP": 0.5}))
    assert study.tell(trial.number, Outcome.success({"AP": 0.9})) == first
    assert study.store.trial(trial.number).reward == 0.5


def test_a_failed_candidate_has_no_reward_and_the_search_goes_on(open_study: OpenStudy) -> None:
    study = open_study()
    trial = study.ask()
    assert trial is not None
    told = study.tell(trial.number, Outcome.failed(FailureKind.DIVERGED, "nan"))
    assert told.reward is None
    finish(study)
    assert study.store.count() == 12


def test_what_was_in_flight_is_handed_out_again_with_its_seed(open_study: OpenStudy) -> None:
    study = open_study()
    asked = [study.ask() for _ in range(3)]
    study.store.close()
    resumed = open_study()
    assert [resumed.ask() for _ in range(3)] == asked


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.integers(0, 2**32), cut=st.integers(0, 30))
def test_a_search_cut_anywhere_goes_on_as_if_it_had_not_been(
    tmp_path_factory: pytest.TempPathFactory, order: int, cut: int
) -> None:
    """Workers answer in a random order; the uninterrupted search answers in the same one."""
    histories = []
    for stop in (None, cut):
        path = tmp_path_factory.mktemp("run") / "run.sqlite"
        rng, study = np.random.default_rng(order), make_study(path)
        waiting: list[Trial] = []
        for step in count():
            if step == stop:
                study.store.close()
                study = make_study(path)
                waiting = [study.ask() for _ in waiting]
            if len(waiting) < 3 and (trial := study.ask()) is not None:
                waiting.append(trial)
            elif waiting:
                waiting.sort(key=lambda trial: trial.number)
                done = waiting.pop(int(rng.integers(len(waiting))))
                study.tell(done.number, evaluate(TASK, done.architecture, done.seed))
            else:
                break
        histories.append(history(study))
        study.store.close()
    assert histories[0] == histories[1]


def test_every_trial_has_a_seed_of_its_own() -> None:
    assert len({trial_seed(study, number) for study in range(20) for number in range(50)}) == 1000


class Descending(RandomSearch):
    """Names the two genotypes proposed first as parents of all that follow."""

    def __init__(self) -> None:
        super().__init__(SPACE, 0)
        self.proposed: list[Genotype] = []

    @property
    def parents(self) -> object:
        return tuple(self.proposed[:2]) if len(self.proposed) > 2 else ()

    def propose(self) -> Genotype:
        self.proposed.append(genotype := super().propose())
        return genotype


def test_the_journal_says_what_a_proposal_was_made_of(open_study: OpenStudy) -> None:
    study = open_study(Descending())
    finish(study)
    told = [event.detail for event in study.store.events() if event.kind == "propose"]
    assert told == [None, None, *["[0, 1]"] * 10]


def test_parents_that_are_no_genotypes_are_refused(
    open_study: OpenStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Descending, "parents", 7)
    with pytest.raises(UsageError, match=r"controller Descending: parents is 7: give a tuple"):
        finish(open_study(Descending()))
