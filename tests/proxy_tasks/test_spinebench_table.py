from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.evaluation import Assignment, evaluate_trial
from proxy_tasks import CandidateFailure, InvalidRecipe
from proxy_tasks.spinebench import spinebench
from proxy_tasks.spinebench_file import write_spinebench
from proxy_tasks.spinebench_table import SpineBenchTable
from proxy_tasks.task import MultiFidelityTask
from results.outcome import FailureKind
from tests.proxy_tasks.synthetic_bench import ABOUT, DEFAULT, QUICK, members, row

FIRST, SECOND, FAILED, UNKNOWN = members(4, 0)
HALF = replace(QUICK, stop_step=50).canonical()
NOTHING = dict.fromkeys(("AP", "AP50", "AP75", "AR", "class_loss", "box_loss", "AP_at_50"))
ROWS = [
    *(row(FIRST, seed) for seed in (7, 3, 9)),
    row(FIRST, 3, "default", AP=0.9),
    row(SECOND, 3, AP_at_50=None),
    row(FAILED, 3, failure="diverged", **NOTHING),
]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> SpineBenchTable:
    path = tmp_path_factory.mktemp("bench") / "file.parquet"
    write_spinebench(ROWS, ABOUT, path)
    return SpineBenchTable(str(path))


def test_a_recorded_seed_has_its_own_training(table: SpineBenchTable) -> None:
    found = [table.evaluate(FIRST, seed)["AP"] for seed in (7, 3, 9)]
    assert found == [ROWS[0]["AP"], ROWS[1]["AP"], ROWS[2]["AP"]]


@given(seed=st.integers(0, 2**63 - 1))
def test_any_seed_chooses_one_of_them_for_all_steps(seed: int, table: SpineBenchTable) -> None:
    whole = table.evaluate_at(FIRST, seed, QUICK.canonical())
    part = table.evaluate_at(FIRST, seed, HALF)
    assert whole["AP"] in [one["AP"] for one in ROWS[:3]]
    assert part["AP"] == whole["AP"] / 2


def test_seeds_in_turn_choose_all(table: SpineBenchTable) -> None:
    assert len({table.evaluate(FIRST, seed)["AP"] for seed in (10, 11, 12)}) == 3
    assert table.seeds(FIRST) == (3, 7, 9)


def test_everything_that_was_recorded_is_given(table: SpineBenchTable) -> None:
    found = table.evaluate(FIRST, 3)
    assert (found["AP50"], found["madds"], found["norms"]) == (0.5, 2000, 30)
    assert found["cpu_seconds"] == 12.5
    assert {*found} <= {*SpineBenchTable.METRICS}


def test_its_networks_are_listed_once_each(table: SpineBenchTable) -> None:
    assert table.networks() == [FIRST, SECOND, FAILED]


def test_a_part_has_no_time(table: SpineBenchTable) -> None:
    assert "cpu_seconds" not in table.evaluate_at(FIRST, 3, HALF)


def test_a_longer_training_is_another(table: SpineBenchTable) -> None:
    assert table.evaluate_at(FIRST, 3, DEFAULT.canonical())["AP"] == 0.9
    assert table.networks("default") == [FIRST]


@pytest.mark.parametrize(
    ("architecture", "fidelity", "said"),
    [
        (UNKNOWN, QUICK.canonical(), '^not in the table: try by = "surrogate"$'),
        (SECOND, DEFAULT.canonical(), "^not in the table: "),
        (FAILED, QUICK.canonical(), "failed when it was trained for spinebench: diverged"),
        (SECOND, HALF, "was not scored at step 50 of quick, seed 3"),
    ],
)
def test_what_was_not_measured_is_a_failure_of_the_candidate(
    architecture: object, fidelity: str, said: str, table: SpineBenchTable
) -> None:
    with pytest.raises(CandidateFailure, match=said):
        table.evaluate_at(architecture, 0, fidelity)  # type: ignore[arg-type]


def test_a_search_is_told_of_a_failure_in_one_line(table: SpineBenchTable) -> None:
    assert isinstance(table, MultiFidelityTask)
    outcome = evaluate_trial(table, Assignment(UNKNOWN, 0, QUICK.canonical()))
    assert outcome.failure is not None and outcome.failure.kind is FailureKind.CRASHED


def test_wrong_options_are_refused(table: SpineBenchTable, tmp_path: Path) -> None:
    write_spinebench(ROWS, ABOUT, tmp_path / "file.parquet")
    with pytest.raises(InvalidRecipe, match=r"fidelity 'quik' .* choose from quick, default"):
        SpineBenchTable(str(tmp_path / "file.parquet"), "quik")
    with pytest.raises(InvalidRecipe, match="by 'trees': choose from surrogate, table"):
        spinebench("trees")
