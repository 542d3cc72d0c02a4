from dataclasses import replace
from pathlib import Path

import pytest

from results import (
    NotARun,
    StoreDamaged,
    TrialStore,
    UnknownTrial,
    ancestry,
    learning_curves,
    lineage,
)
from tests.results.edited import edited
from tests.results.runs import scored, trial

HALF, WHOLE = '{"steps":200,"stop_step":100}', '{"steps":200}'


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """1 and 2 are of 0, 3 of 1 and 2; 4 takes 1 to its end and 5 takes 3; 6 has no parents."""
    with TrialStore.create(tmp_path / "run", {}) as store:
        parents = {1: [0], 2: [0], 3: [1, 2]}
        for number, reward in enumerate((0.25, 0.5, 0.125, 0.75)):
            store.propose(trial(number, HALF), parents.get(number, ()))
            store.finish(number, scored(reward), reward)
        for number, before, reward in ((4, 1, 1.0), (5, 3, 1.5)):
            store.propose(replace(trial(before, WHOLE), number=number, continues=before))
            store.finish(number, scored(reward), reward)
        store.propose(trial(6, HALF))
    return tmp_path / "run"


def test_a_gain_is_at_the_most_steps_that_both_have(run: Path) -> None:
    frame = lineage(run)
    assert frame[["child", "parent", "steps", "gain"]].to_numpy().tolist() == [
        [1, 0, 100, 0.25],
        [2, 0, 100, -0.125],
        [3, 1, 200, 0.5],
        [3, 2, 100, 0.625],
    ]


def test_a_gain_over_one_without_a_reward_is_missing(run: Path) -> None:
    with TrialStore.open(run) as store:
        store.propose(trial(7, HALF), [6])
        store.finish(7, scored(0.5), 0.5)
    last = lineage(run).iloc[-1]
    assert (last["child"], last["parent"]) == (7, 6)
    assert last[["steps", "gain"]].isna().all()


def test_an_ancestry_is_all_that_a_candidate_descends_from(run: Path) -> None:
    for number in (3, 5):  # 5 is the end of 3's training
        frame = ancestry(run, number)
        assert frame[["generation", "child", "parent"]].to_numpy().tolist() == [
            [1, 3, 1],
            [1, 3, 2],
            [2, 1, 0],
            [2, 2, 0],
        ]


def test_one_of_no_parents_has_no_ancestry(run: Path) -> None:
    assert len(ancestry(run, 6)) == 0
    assert list(ancestry(run, 6).columns) == ["generation", "child", "parent", "steps", "gain"]


def test_the_ancestry_of_an_unknown_trial_is_refused(run: Path) -> None:
    with pytest.raises(UnknownTrial, match="trial 9 is not in"):
        ancestry(run, 9)


@pytest.mark.parametrize("detail", ["x", "{}", "[true]", '["0"]', "[99]", "[" * 5000])
def test_parents_that_were_edited_into_nonsense_are_damage(run: Path, detail: str) -> None:
    with edited(run / "run.sqlite") as connection:
        connection.execute(
            "UPDATE events SET detail = ? WHERE number = 3 AND kind = 'propose'", (detail,)
        )
    with pytest.raises(StoreDamaged, match="does not say what trial 3 was made of"):
        lineage(run)


def test_of_several_runs_the_first_column_is_the_run(run: Path) -> None:
    frame = lineage([run, run])
    assert frame.columns[0] == "run"
    assert frame["run"].tolist() == [str(run)] * 8


def test_no_run_at_all_is_refused() -> None:
    with pytest.raises(NotARun, match="no run was given"):
        lineage([])


def test_a_learning_curve_is_a_candidate_by_steps(run: Path) -> None:
    frame = learning_curves(run)
    assert frame[["candidate", "trial", "steps", "reward"]].to_numpy().tolist() == [
        [0, 0, 100, 0.25],
        [1, 1, 100, 0.5],
        [1, 4, 200, 1.0],
        [2, 2, 100, 0.125],
        [3, 3, 100, 0.75],
        [3, 5, 200, 1.5],
    ]
    assert frame["seconds"].tolist() == [12.5, 12.5, 25.0, 12.5, 12.5, 25.0]
