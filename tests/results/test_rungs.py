"""Trials of several lengths in one store: links and order."""

from dataclasses import replace
from pathlib import Path

import pytest

from results import FailureKind, InvalidTrial, Outcome, TrialStore, leaderboard, pareto_front
from results.training_length import training_length
from tests.results.runs import scored, trial

QUARTER, WHOLE = '{"steps":200,"stop_step":50}', '{"steps":200}'


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Trials 0 to 2 at a quarter with APs of 0.5 and more, 3 takes 1 to its end, with less."""
    with TrialStore.create(tmp_path / "run", {}) as store:
        for number, reward in enumerate((0.5, 0.7, 0.6)):
            store.propose(trial(number, QUARTER))
            store.finish(number, scored(reward), reward)
        store.propose(replace(trial(1, WHOLE), number=3, continues=1))
        store.finish(3, scored(0.4), 0.4)
    return tmp_path / "run"


def test_a_trial_names_the_one_that_it_continues(run: Path) -> None:
    with TrialStore.open_read_only(run) as store:
        assert [one.continues for one in store.trials()] == [None, None, None, 1]
        assert [event.kind for event in store.events()][-2:] == ["promote", "observe"]


def test_candidates_are_trials_that_continue_none(run: Path) -> None:
    with TrialStore.open_read_only(run) as store:
        assert (store.count(), store.candidates(), store.candidates(ended=True)) == (4, 3, 3)


def test_no_ap_of_a_rung_stands_above_one_of_a_whole_training(run: Path) -> None:
    frame = leaderboard(run)
    assert frame["trial"].tolist() == [3, 1, 2, 0]
    assert frame["steps"].tolist() == [200, 50, 50, 50]
    with TrialStore.open_read_only(run) as store:
        best = store.best()
    assert best is not None
    assert best.number == 3


def test_times_are_of_the_rungs_before_too(run: Path) -> None:
    assert leaderboard(run)["seconds"].tolist() == [25.0, 12.5, 12.5, 12.5]
    with TrialStore.open_read_only(run) as store:
        assert store.trials()[3].metrics["seconds"] == 12.5  # what is stored is a part's own


def test_what_was_spent_before_a_part_that_failed_is_not_counted(tmp_path: Path) -> None:
    half = '{"steps":200,"stop_step":100}'
    with TrialStore.create(tmp_path / "run", {}) as store:
        store.propose(trial(0, QUARTER))
        store.finish(0, scored(0.5), 0.5)
        store.propose(replace(trial(0, half), number=1, continues=0))
        store.finish(1, Outcome.failed(FailureKind.WORKER_LOST, "killed"), None)
        store.propose(replace(trial(0, WHOLE), number=2, continues=1))
        store.finish(2, scored(0.5), 0.5)
        assert leaderboard(store).set_index("trial")["seconds"][2] == 12.5


def test_a_front_is_of_the_longest_trainings(run: Path) -> None:
    assert pareto_front(leaderboard(run), "madds")["trial"].tolist() == [3]


@pytest.mark.parametrize("continues", [1, 5, -1])
def test_a_trial_continues_an_earlier_one(continues: int) -> None:
    with pytest.raises(InvalidTrial, match="name an earlier trial"):
        replace(trial(1), continues=continues)


def test_a_trial_that_continues_none_that_there_is_is_refused(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path / "run", {}) as store:
        with pytest.raises(InvalidTrial, match="trial 2 is not"):
            store.propose(replace(trial(4), continues=2))
        assert store.count() == 0


@pytest.mark.parametrize(
    ("fidelity", "steps", "share"),
    [
        (WHOLE, 200, 1.0),
        (QUARTER, 50, 0.25),
        ('{"steps":200,"stop_step":200}', 200, 1.0),
        ("{}", None, 1.0),
        ("no JSON", None, 1.0),
        ("[1]", None, 1.0),
        ('{"steps":"many"}', None, 1.0),
    ],
)
def test_the_length_of_a_training_is_read_of_its_fidelity(
    fidelity: str, steps: int | None, share: float
) -> None:
    assert training_length(fidelity).steps == steps
    assert training_length(fidelity).share == share
