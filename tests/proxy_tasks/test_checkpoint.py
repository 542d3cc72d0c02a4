"""A paused training goes on as if it had not been paused, and a bad checkpoint changes nothing."""

import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.checkpoint import DIGEST, TrainingState, load_checkpoint, save_checkpoint
from proxy_tasks.detection_dataset import DetectionSplit
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.recipe import (
    DetectorRecipe,
)
from proxy_tasks.task import MultiFidelityTask
from proxy_tasks.training_step import TrainingStep
from search_space import SPINENET_49
from tests.proxy_tasks.tiny_task import TINY, make_tiny_task

SEED = 5
ODD = torch.zeros(7, 13)
WHOLE = replace(TINY, steps=6)
RUNG = replace(WHOLE, stop_step=3).canonical()


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> DetectionTask:
    """BatchNorm and stochastic depth: buffers and torch's generator are part of the state."""
    cache = tmp_path_factory.mktemp("cache")
    return make_tiny_task(cache, fidelity=WHOLE, detector=DetectorRecipe(stochastic_depth=0.5))


@pytest.fixture(scope="module")
def uninterrupted(task: DetectionTask) -> dict[str, float]:
    return without_times(task.evaluate(SPINENET_49, SEED))


def without_times(metrics: dict[str, float]) -> dict[str, float]:
    return {n: v for n, v in metrics.items() if n not in ("seconds", "cpu_seconds", "latency_ms")}


def damage_nothing(path: Path) -> None:
    assert path.is_file()


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def replace_by_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """With a digest that is valid."""
    values = torch.load(io.BytesIO(path.read_bytes()[DIGEST:]), weights_only=True)
    identity = values.pop("identity")
    change(values)
    save_checkpoint(TrainingState(**values), identity, path)


def enlarge_a_weight(path: Path) -> None:
    rewrite(path, lambda values: values["model"].update({next(iter(values["model"])): ODD}))


def enlarge_a_moment(path: Path) -> None:
    rewrite(path, lambda values: values["optimizer"]["state"][0].update(exp_avg=ODD))


DAMAGES = (
    *(damage_nothing, Path.unlink, flip_a_bit, cut),
    *(replace_by_a_pipe, enlarge_a_weight, enlarge_a_moment),
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_paused_training_ends_as_the_uninterrupted_one_to_the_last_bit(
    task: DetectionTask,
    uninterrupted: dict[str, float],
    tmp_path: Path,
    damage: Callable[[Path], None],
) -> None:
    file = tmp_path / "checkpoints" / "0.pt"
    task.evaluate_at(SPINENET_49, SEED, RUNG, pause=file)
    damage(file)
    torch.rand(3)  # another place in the global stream, as in another worker
    whole = task.evaluate_at(SPINENET_49, SEED, WHOLE.canonical(), resume=file)
    assert without_times(whole) == uninterrupted


def test_a_sound_checkpoint_spares_its_steps(
    task: DetectionTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []
    train_on = TrainingStep.__call__

    def counted(*given: Any) -> torch.Tensor:
        trained.append(given)
        return train_on(*given)

    monkeypatch.setattr(TrainingStep, "__call__", counted)
    task.evaluate_at(SPINENET_49, SEED, RUNG, pause=tmp_path / "0.pt")
    task.evaluate_at(SPINENET_49, SEED, WHOLE.canonical(), resume=tmp_path / "0.pt")
    assert len(trained) == WHOLE.steps


def test_a_sound_checkpoint_spares_reading_its_pictures(
    task: DetectionTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task.evaluate_at(SPINENET_49, SEED, RUNG, pause=tmp_path / "0.pt")
    read = []
    of_split = DetectionSplit.batch

    def counted(split: DetectionSplit, index: NDArray[np.int64]) -> NDArray[np.uint8]:
        if split is task.data.train:
            read.append(index)
        return of_split(split, index)

    monkeypatch.setattr(DetectionSplit, "batch", counted)
    task.evaluate_at(SPINENET_49, SEED, WHOLE.canonical(), resume=tmp_path / "0.pt")
    assert len(read) == WHOLE.steps - 3


def test_a_replayed_training_with_every_augmentation_goes_on_as_if_not_paused(
    task: DetectionTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tape is recorded anew, at the weights of the checkpoint."""
    replayed = replace(
        task,
        detector=DetectorRecipe(normalization="group_norm"),
        augmentation=AugmentationRecipe(True, (0.5, 2.0), 0.1, 0.3, 0.3, 0.3, 4.0, 0.3, maxup=2),
    )
    monkeypatch.setattr(TrainingStep, "_backpropagate", None)  # all steps are replayed
    uninterrupted = without_times(replayed.evaluate(SPINENET_49, SEED))
    replayed.evaluate_at(SPINENET_49, SEED, RUNG, pause=tmp_path / "0.pt")
    whole = replayed.evaluate_at(SPINENET_49, SEED, WHOLE.canonical(), resume=tmp_path / "0.pt")
    assert without_times(whole) == uninterrupted


def test_a_checkpoint_of_another_candidate_is_not_used(
    task: DetectionTask, uninterrupted: dict[str, float], tmp_path: Path
) -> None:
    task.evaluate_at(SPINENET_49, SEED + 1, RUNG, pause=tmp_path / "0.pt")
    whole = task.evaluate_at(SPINENET_49, SEED, WHOLE.canonical(), resume=tmp_path / "0.pt")
    assert without_times(whole) == uninterrupted


def test_a_rung_has_the_learning_rates_of_the_whole_training(
    task: DetectionTask, tmp_path: Path
) -> None:
    """The first steps of the whole, not a short training: another cosine has other losses."""
    rung = task.evaluate_at(SPINENET_49, SEED, RUNG)
    short = task.evaluate_at(SPINENET_49, SEED, replace(WHOLE, steps=3).canonical())
    assert rung["class_loss"] != short["class_loss"]


def test_a_place_that_cannot_be_written_costs_no_result(
    task: DetectionTask, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    left = task.evaluate_at(SPINENET_49, SEED, RUNG, pause=tmp_path / "file" / "0.pt")
    assert without_times(left) == without_times(task.evaluate_at(SPINENET_49, SEED, RUNG))


def test_no_draft_stays_beside_a_checkpoint(tmp_path: Path) -> None:
    state = TrainingState(2, {"w": torch.ones(3)}, {}, torch.zeros(2, 2), [torch.zeros(1)])
    save_checkpoint(state, "mine", tmp_path / "0.pt")
    assert [file.name for file in tmp_path.iterdir()] == ["0.pt"]
    loaded = load_checkpoint(tmp_path / "0.pt", "mine")
    assert loaded is not None
    assert loaded.step == 2
    assert torch.equal(loaded.model["w"], state.model["w"])


def test_a_fidelity_of_other_data_is_refused(task: DetectionTask) -> None:
    with pytest.raises(InvalidRecipe, match="image_size is 32 in a trial and 64 in its run"):
        task.evaluate_at(SPINENET_49, SEED, replace(WHOLE, image_size=32).canonical())


def test_it_is_a_task_of_many_fidelities(task: DetectionTask) -> None:
    assert isinstance(task, MultiFidelityTask)
