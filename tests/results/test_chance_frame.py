import json
from pathlib import Path

from results import TrialStore, chance
from results.chance_frame import Chance
from results.estimate import Unmeasured
from results.expected_best import expected_best
from results.outcome import FailureKind, Outcome
from tests.results.runs import scored, trial


def run_of(path: Path, controller: str, bred: int | None = None, count: int = 8) -> Path:
    config = {"config": json.dumps({"controller": {"name": controller}})}
    with TrialStore.create(path, config) as store:
        for number in range(count):
            store.propose(trial(number), [0] if number == bred else [])
            store.finish(number, scored(number / 10), number / 10)
    return path


def test_all_of_a_random_search_count(tmp_path: Path) -> None:
    found = chance(run_of(tmp_path, "random"))
    assert isinstance(found, Chance) and (found.candidates, found.steps) == (8, 200)
    assert found.curve.equals(expected_best([number / 10 for number in range(8)]))


def test_evolution_is_a_sample_until_its_first_child(tmp_path: Path) -> None:
    found = chance(run_of(tmp_path, "evolution", bred=6))
    assert isinstance(found, Chance) and found.candidates == 6


def test_a_failed_candidate_counts_as_a_draw(tmp_path: Path) -> None:
    run_of(tmp_path, "random")
    with TrialStore.open(tmp_path) as store:
        store.propose(trial(8))
        store.finish(8, Outcome.failed(FailureKind.DIVERGED, "nan"), None)
    found = chance(tmp_path)
    assert isinstance(found, Chance) and (found.candidates, found.failed) == (9, 1)


def test_who_learns_from_the_start_is_no_sample(tmp_path: Path) -> None:
    assert isinstance(chance(run_of(tmp_path / "ppo", "ppo")), Unmeasured)
    assert isinstance(chance(run_of(tmp_path / "old", "evolution")), Unmeasured)
    assert isinstance(chance(run_of(tmp_path / "few", "evolution", bred=3)), Unmeasured)


def test_promoted_candidates_are_no_sample(tmp_path: Path) -> None:
    run_of(tmp_path, "random")
    with TrialStore.open(tmp_path) as store:
        store.propose(trial(8, '{"image_size":64,"steps":400}'))
        store.finish(8, scored(0.9), 0.9)
    assert isinstance(chance(tmp_path), Unmeasured)
