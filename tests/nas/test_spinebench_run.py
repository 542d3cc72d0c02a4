import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nas.cli import main
from nas.errors import UsageError
from nas.spinebench_pack import pack_spinebench, spinebench_rows
from nas.spinebench_plan import GatherSize
from nas.spinebench_run import spinebench_run
from proxy_tasks.spinebench_file import read_spinebench, write_spinebench
from proxy_tasks.spinebench_table import SpineBenchTable
from results import NotARun, Trial, TrialStatus, TrialStore
from search_space.block_specs import from_json
from tests.nas.analytic_runs import search
from tests.proxy_tasks.synthetic_bench import ABOUT, promised

SIZE = GatherSize(repeated=4, seeds=3, long=2, also=("spinenet-49",))
TOTAL = 3 + 4 * 2 + 2
LOCAL = {"pump": "local"}
NOISY = ("--space", "spinenet-49", "--trials", "6", "--task.options.noise", "0.01")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("runs")
    for seed in (0, 1):
        assert (
            search(folder / f"run{seed}", *NOISY, "--controller", "random", "--seed", str(seed))
            == 0
        )
    return [folder / "run0", folder / "run1"]


@pytest.fixture(scope="module")
def done(runs: list[Path]) -> Path:
    directory = runs[0].parent / "done"
    assert len(gather(runs, directory)) == TOTAL
    return directory


def gather(
    runs: list[Path], directory: Path, most: int = 1000, size: GatherSize = SIZE
) -> list[Trial]:
    with spinebench_run(runs, directory, size, LOCAL) as (_, trials):
        return [trial for _, trial in zip(range(most), trials, strict=False)]


def told(directory: Path) -> list[tuple[int, str, int, str, float | None]]:
    with TrialStore.open_read_only(directory) as store:
        trials = store.trials()
    return [(t.number, t.key, t.seed, t.fidelity, t.reward) for t in trials]


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=st.integers(0, TOTAL), second=st.integers(0, TOTAL))
def test_stopped_anywhere_it_goes_on_to_the_same_trainings(
    first: int, second: int, runs: list[Path], done: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    directory = tmp_path_factory.mktemp("again") / "run"
    for most in (first, second, TOTAL + 1):
        gather(runs, directory, most)
    assert told(directory) == told(done)


def test_what_was_in_flight_is_trained_with_its_seed(runs: list[Path], tmp_path: Path) -> None:
    with spinebench_run(runs, tmp_path / "run", SIZE, LOCAL) as (study, _):
        lost = study.ask()
    assert lost is not None
    again = gather(runs, tmp_path / "run")[0]
    assert (again.number, again.seed, again.status) == (0, lost.seed, TrialStatus.COMPLETED)


def test_no_seed_is_one_of_the_searches(runs: list[Path], done: Path) -> None:
    of_searches = {seed for run in runs for _, _, seed, _, _ in told(run)}
    own = [seed for _, _, seed, _, _ in told(done)]
    assert not of_searches & {*own}
    assert len(set(own)) == TOTAL


def test_a_finished_one_trains_nothing_more(runs: list[Path], done: Path) -> None:
    assert gather(runs, done) == []


def test_other_wishes_for_the_same_directory_are_refused(runs: list[Path], done: Path) -> None:
    with pytest.raises(UsageError, match=r"done was begun with size .*'repeated': 4"):
        gather(runs, done, size=GatherSize(repeated=3, long=1, also=()))
    with pytest.raises(UsageError, match="done was begun with runs"):
        gather(runs[:1], done)


def test_a_search_that_goes_on_is_refused(runs: list[Path], tmp_path: Path) -> None:
    shutil.copytree(runs[0], tmp_path / "going")
    with TrialStore.open(tmp_path / "going") as store:
        store.set_meta("config", store.meta()["config"].replace('"trials": 6', '"trials": 9'))
    with pytest.raises(UsageError, match=r"going has 6 of 9 trials: gather when it has ended"):
        gather([tmp_path / "going"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_searches_of_two_protocols_are_refused(runs: list[Path], tmp_path: Path) -> None:
    assert search(tmp_path / "other", *NOISY[:2], "--trials", "2", "--fidelity.steps", "7") == 0
    with pytest.raises(UsageError, match=r"fidelity\.steps is 4 in .*run0 and 7 in .*other"):
        gather([runs[0], tmp_path / "other"], tmp_path / "out")


def test_neither_a_search_nor_something_else_is_overwritten(
    runs: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(NotARun, match="was not made by"):
        gather(runs, runs[0])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    with pytest.raises(UsageError, match="full exists already"):
        gather(runs, tmp_path / "full")


def test_it_is_no_search_to_resume(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resume", str(done)]) == 2
    assert "is what benchmarks/spinebench.py trained" in capsys.readouterr().err


def test_all_trainings_are_packed_once(runs: list[Path], done: Path, tmp_path: Path) -> None:
    rows, about = spinebench_rows([done, runs[0]])
    assert len(rows) == 6 + 6 + TOTAL
    assert len({(row["key"], row["fidelity"], row["seed"]) for row in rows}) == len(rows)
    assert {*about["sources"]} == {"run0", "run1", "done"}
    assert [*about["fidelities"]] == ["smoke", "1200 steps"]
    table = SpineBenchTable(str(_written(rows, about, tmp_path)), "smoke")
    for row in rows:
        found = table.evaluate_at(
            from_json(row["blocks"]), row["seed"], about["fidelities"][row["fidelity"]]
        )
        assert found["AP"] == row["AP"]


def test_a_row_is_its_trial(runs: list[Path]) -> None:
    rows, _ = spinebench_rows(runs[:1])
    with TrialStore.open_read_only(runs[0]) as store:
        for row, trial in zip(rows, store.trials(), strict=True):
            assert (row["key"], row["seed"], row["trial"]) == (trial.key, trial.seed, trial.number)
            assert tuple(row["genotype"]) == trial.genotype
            assert row["AP"] == trial.metrics["AP"] == trial.reward
            assert (row["params"], row["madds"]) == (
                trial.metrics["params"],
                trial.metrics["madds"],
            )


def test_runs_of_one_name_are_refused(runs: list[Path], tmp_path: Path) -> None:
    shutil.copytree(runs[0], tmp_path / "run0")
    with pytest.raises(UsageError, match="two runs are called run0"):
        spinebench_rows([runs[0], tmp_path / "run0"])


def _written(rows: list[dict], about: dict, folder: Path) -> Path:
    write_spinebench(rows, about, folder / "file.parquet")
    return folder / "file.parquet"


def test_a_file_says_whether_it_has_what_was_promised(done: Path, tmp_path: Path) -> None:
    rows, about = spinebench_rows([done])
    few = pack_spinebench(rows, about, tmp_path / "few.parquet")
    other = {**ABOUT, "space": "mobile"}  # of no member of it a surrogate is fitted, which is slow
    whole = pack_spinebench(promised(), other, tmp_path / "whole.parquet")
    assert (few.about["preliminary"], whole.about["preliminary"]) == (True, False)
    assert read_spinebench(tmp_path / "whole.parquet").about == whole.about
