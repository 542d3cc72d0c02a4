"""Who is scored on the test split, of a search of six networks."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nas.rerank_finalists import finalists
from results import TrialStore
from tests.results.runs import make_run, scored, trial


class Finals:
    """A race whose order of networks and number of trainings are as a test has them."""

    def __init__(self, directory: Path) -> None:
        make_run(directory / "search", [0.5] * 6)
        self.search = TrialStore.open_read_only(directory / "search")
        self.store = TrialStore.create(directory / "test", {})
        self.order, self.race = [0, 1, 2, 3, 4, 5], 10
        self.said: list[str] = []

    def train(self, top: int = 3, *, most: int = 9) -> list[int]:
        """Trains the finalists, as far as a process gets. Returns all that have been, in order."""
        asked = self.race, top
        plan = finalists(self.search, self.store, lambda: self.order, asked, self.said.append)
        first = self.store.count()
        for number, one in list(enumerate(plan))[first : first + most]:
            self.store.propose(replace(trial(number), architecture=one.architecture))
            self.store.finish(number, scored(0.4), 0.4)
        number_of = {one.key: one.number for one in self.search.trials()}
        return [number_of[one.key] for one in self.store.trials()]


@pytest.fixture
def finals(tmp_path: Path) -> Iterator[Finals]:
    found = Finals(tmp_path)
    with found.search, found.store:
        yield found


def test_what_the_finals_change_chooses_nobody_else(finals: Finals) -> None:
    assert finals.train() == [0, 1, 2]
    finals.order = [5, 4, 3, 2, 1, 0]
    assert finals.train() == finals.train(top=1) == [0, 1, 2]
    assert finals.said == []


def test_a_larger_top_takes_the_best_of_the_others_too(finals: Finals) -> None:
    finals.train()
    finals.order = [5, 0, 4, 1, 2, 3]
    assert finals.train(top=5) == [0, 1, 2, 5, 4]


def test_a_race_that_trained_more_chooses_anew_and_says_so(finals: Finals) -> None:
    finals.train()
    finals.order, finals.race = [5, 0, 4, 1, 2, 3], 24
    assert finals.train() == [0, 1, 2, 5, 4]
    (line,) = finals.said
    assert "the race has trained 14 more" in line
    assert "2 more to score on it" in line


def test_a_race_that_trained_more_and_chooses_the_same_trains_nobody(finals: Finals) -> None:
    finals.train()
    finals.race = 24
    assert finals.train() == [0, 1, 2]
    assert finals.said == []


def test_finals_that_were_stopped_go_on_with_who_was_chosen(finals: Finals) -> None:
    assert finals.train(most=1) == [0]
    finals.order = [5, 4, 3, 2, 1, 0]
    assert finals.train() == [0, 1, 2]


def test_a_choice_made_anew_outlives_a_stop_as_well(finals: Finals) -> None:
    finals.train()
    finals.order, finals.race = [3, 4, 0, 1, 2, 5], 24
    assert finals.train(most=1) == [0, 1, 2, 3]
    finals.order = [5, 2, 1, 0, 4, 3]
    assert finals.train() == [0, 1, 2, 3, 4]


def test_who_was_chosen_and_waits_is_dropped_with_a_smaller_top(finals: Finals) -> None:
    assert finals.train(most=1) == [0]
    assert finals.train(top=2) == [0, 1]


def test_finals_of_a_version_that_kept_no_choice_are_left_alone(finals: Finals) -> None:
    for number in (3, 4, 5):
        known = trial(number).architecture
        finals.store.propose(replace(trial(number - 3), architecture=known))
        finals.store.finish(number - 3, scored(0.4), 0.4)
    assert finals.train() == [3, 4, 5]
