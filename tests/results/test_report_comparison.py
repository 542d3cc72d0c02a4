from dataclasses import replace
from pathlib import Path

from results import TrialStore, report_document
from results.report_comparison import began_with, differing_fidelities
from tests.results.runs import FIDELITY, architecture, make_run, scored, trial

LONGER = FIDELITY.replace("200", "400")


def run_at(directory: Path, fidelity: str) -> Path:
    with TrialStore.create(directory, {}) as store:
        store.propose(trial(0, fidelity))
        store.finish(0, scored(0.5), 0.5)
    return directory


def test_runs_of_one_fidelity_do_not_differ(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / name, [0.5, 0.25]) for name in "ab"]
    assert differing_fidelities(runs) == []


def test_a_run_of_another_fidelity_is_named(tmp_path: Path) -> None:
    runs = [run_at(tmp_path / name, one) for name, one in (("a", FIDELITY), ("b", LONGER))]
    (found,) = differing_fidelities([*runs, runs[0]])
    assert found.startswith(f"{runs[1]}: its best trial has the fidelity {LONGER}")
    assert report_document(runs)["differences"] == [found]


def test_a_run_without_a_reward_differs_from_none(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path / "b", {}) as store:
        store.propose(trial(0, LONGER))
    assert differing_fidelities([run_at(tmp_path / "a", FIDELITY), tmp_path / "b"]) == []


def repeated(directory: Path) -> Path:
    """Five networks, each with two seeds 0.01 apart."""
    with TrialStore.create(directory, {}) as store:
        for number in range(10):
            reward = number % 5 / 10 + (number >= 5) * 0.01
            store.propose(replace(trial(number), architecture=architecture(number % 5)))
            store.finish(number, scored(reward), reward)
    return directory


def test_what_one_run_says_of_a_seed_counts_for_the_others(tmp_path: Path) -> None:
    alone = make_run(tmp_path / "alone", [0.1, 0.2, 0.3, 0.4])
    runs = [repeated(tmp_path / "repeated"), alone]
    (by_itself,) = report_document([alone])["runs"]
    beside = report_document(runs)["runs"][1]
    assert by_itself["answer"]["low"] is None
    assert 0.38 < beside["answer"]["low"] < beside["answer"]["high"] < 0.42


def test_noise_of_trainings_that_differ_is_not_shared(tmp_path: Path) -> None:
    runs = [repeated(tmp_path / "repeated"), run_at(tmp_path / "longer", LONGER)]
    assert report_document(runs)["runs"][1]["answer"]["low"] is None


def test_what_a_config_does_not_say_is_not_known() -> None:
    sections = {"controller": {"name": "random"}, "search": {"seed": 3}}
    assert began_with(sections) == {"controller": "random", "space": None, "seed": "3"}
