from pathlib import Path

from results import TrialStore, report_document
from results.report_comparison import began_with, differing_fidelities
from tests.results.runs import FIDELITY, make_run, scored, trial

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


def test_what_a_config_does_not_say_is_not_known() -> None:
    sections = {"controller": {"name": "random"}, "search": {"seed": 3}}
    assert began_with(sections) == {"controller": "random", "space": None, "seed": "3"}
