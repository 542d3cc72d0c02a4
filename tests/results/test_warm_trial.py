from pathlib import Path

import pytest

from results import InvalidTrial, StoreDamaged, TrialStore, WarmTrial
from tests.results.edited import edited
from tests.results.old_formats import in_format
from tests.results.runs import scored, trial


def warm(number: int, reward: float | None) -> WarmTrial:
    return WarmTrial(
        run="/runs/other",
        number=number,
        genotype=(number, 1, 2),
        reward=reward,
        metrics={"AP": 0.25, "madds": 10**10},
    )


def test_what_a_run_begins_with_is_read_back_in_order(tmp_path: Path) -> None:
    told = [warm(7, 0.5), warm(3, None), warm(7, 0.25)]
    TrialStore.create(tmp_path, {}, told).close()
    with TrialStore.open_read_only(tmp_path) as store:
        assert store.warm_trials() == told
        assert store.count() == 0
        assert store.summaries() == []


def test_a_reward_that_is_no_number_is_refused_and_no_run_is_made(tmp_path: Path) -> None:
    with pytest.raises(InvalidTrial, match="trial 1 of /runs/other: reward nan"):
        TrialStore.create(tmp_path, {}, (warm(number, float("nan")) for number in (1, 2)))
    assert not (tmp_path / "run.sqlite").exists()


def test_a_row_that_was_edited_into_nonsense_is_damage(tmp_path: Path) -> None:
    TrialStore.create(tmp_path, {}, [warm(3, 0.5)]).close()
    with edited(tmp_path / "run.sqlite") as connection:
        connection.execute("UPDATE warm_trials SET metrics = '[3]'")
    with (
        TrialStore.open(tmp_path) as store,
        pytest.raises(StoreDamaged, match="trial 3 of /runs/other"),
    ):
        store.warm_trials()


def test_a_run_of_before_warm_starts_goes_on(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0))
    in_format(1, tmp_path / "run.sqlite")
    with TrialStore.open(tmp_path) as store:
        assert store.warm_trials() == []
        store.finish(0, scored(0.5), 0.5)
        store.propose(trial(1))
    with TrialStore.open_read_only(tmp_path) as store:
        assert [t.reward for t in store.trials()] == [0.5, None]
