"""Which checkpoints stay while a run goes on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nas.rungs
from nas.committed_study import PlannedTrial
from nas.errors import UsageError
from nas.paused_trainings import checkpoint_folder, without_stale
from nas.planned_study import PlannedStudy
from nas.pump_local import pump_local
from nas.rungs import Promotions
from nas.study import Study
from results import Trial, TrialStore
from tests.nas.conftest import OpenStudy
from tests.nas.rung_task import RUNGS, RungTask
from tests.nas.tiny import SPACE


def left(folder: Path) -> set[int]:
    return {int(file.stem) for file in folder.glob("*.pt")}


def drive(study: Study | PlannedStudy, folder: Path, task: RungTask) -> Iterator[Trial]:
    return without_stale(pump_local(study, task, folder), study, folder)


def test_a_trial_without_a_reward_leaves_no_checkpoint(
    open_study: OpenStudy, tmp_path: Path
) -> None:
    study = open_study(fidelity=RUNGS, budget=8)
    study.objective = lambda metrics: metrics["AP"] if study.store.count() % 2 else None
    for trial in drive(study, tmp_path / "paused", RungTask()):
        whole = trial.fidelity == RUNGS.fidelities[-1]
        assert (trial.number in left(tmp_path / "paused")) == (
            trial.reward is not None and not whole
        )


def test_a_checkpoint_that_cannot_be_removed_stops_nothing(
    open_study: OpenStudy, tmp_path: Path
) -> None:
    study, folder = open_study(fidelity=RUNGS, budget=8), tmp_path / "paused"
    for number in range(30):
        (folder / f"{number}.pt").mkdir(parents=True)
    assert len(list(drive(study, folder, RungTask()))) > 8


def test_no_more_wait_than_may_be_promoted_soon(
    open_study: OpenStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nas.rungs, "MOST_WAITING", 2)
    task, study = RungTask(), open_study(fidelity=RUNGS, budget=30)
    counts = [len(left(tmp_path / "paused")) for _ in drive(study, tmp_path / "paused", task)]
    assert max(counts) == 4  # two rungs
    assert not (tmp_path / "paused").exists()


def test_the_best_are_kept_and_what_is_out_and_what_that_continues() -> None:
    promotions = Promotions(2, 2)
    for number in range(24):
        promotions.begin(number, 0, None)
        promotions.end(number, 0, float(number))
    promotions.begin(24, 1, 23)
    promotions.begin(25, 0, None)
    assert promotions.resumable == {24, 23, 25, *range(3, 23)}


def test_a_doctor_keeps_what_its_plan_continues(tmp_path: Path) -> None:
    genotype = SPACE.unrank(0)
    part, whole = RUNGS.fidelities[0], RUNGS.fidelities[-1]
    given: list[Any] = [(part, None), (part, None), (whole, 0), (whole, 1), (whole, None)]
    plan = [PlannedTrial(genotype, SPACE.decode(genotype), *one) for one in given]
    with TrialStore.create(tmp_path / "run", {}) as store:
        study = PlannedStudy(
            plan=plan, store=store, objective=lambda _: None, seed=0, cost=lambda _: {}
        )
        kept = [left(tmp_path / "paused") for _ in drive(study, tmp_path / "paused", RungTask())]
    assert kept == [{0}, {0, 1}, {1}, set(), set()]


def test_files_of_somebody_else_stay(open_study: OpenStudy, tmp_path: Path) -> None:
    study, folder = open_study(fidelity=RUNGS, budget=8), tmp_path / "paused"
    folder.mkdir()
    draft = folder / f"3.pt.{'0a' * 16}.draft"  # of a training that was killed
    for file in (folder / "my_best_model.pt", draft):
        file.touch()
    list(drive(study, folder, RungTask()))
    assert [file.name for file in folder.iterdir()] == ["my_best_model.pt"]


def test_a_linked_folder_is_refused(open_study: OpenStudy, tmp_path: Path) -> None:
    study = open_study()
    (tmp_path / "checkpoints").symlink_to(tmp_path)
    with pytest.raises(UsageError, match=r"checkpoints is a link: remove it"):
        checkpoint_folder(study.store)
