from pathlib import Path

from nas.report_protocols import differing_protocols
from tests.nas.analytic_runs import search
from tests.results.runs import make_run


def test_runs_that_differ_in_seed_and_controller_compare(tmp_path: Path) -> None:
    runs = [tmp_path / "a", tmp_path / "b"]
    search(runs[0], "--trials", "2")
    search(runs[1], "--trials", "3", "--seed", "7", "--controller", "random")
    assert differing_protocols(runs) == []


def test_the_first_setting_that_differs_is_named_with_both_values(tmp_path: Path) -> None:
    runs = [tmp_path / "a", tmp_path / "b"]
    search(runs[0], "--trials", "2", "--fidelity.steps", "4")
    search(runs[1], "--trials", "2", "--fidelity.steps", "5")
    assert differing_protocols(runs) == [
        f"{runs[1]}: fidelity.steps is 5, in {runs[0]} it is 4.",
    ]


def test_a_run_that_nas_did_not_make_is_not_said_to_compare(tmp_path: Path) -> None:
    search(tmp_path / "a", "--trials", "2")
    make_run(tmp_path / "b", [0.5])
    (found,) = differing_protocols([tmp_path / "a", tmp_path / "b"])
    assert found == f"{tmp_path / 'b'}: what {tmp_path / 'b'} was trained by is not known."
