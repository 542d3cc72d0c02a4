"""Classifiers of class folders are trained, scored, and go on as detectors do."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.class_folders import load_class_folders
from proxy_tasks.classification_task import ClassificationTask
from proxy_tasks.classifier_recipe import ClassifierRecipe
from proxy_tasks.errors import DataError, InvalidRecipe
from proxy_tasks.full_training import Cadence, FullTraining
from proxy_tasks.recipe import DetectorRecipe, TrainingRecipe
from search_space import SPINENET_49
from search_space.resnet_fpn import ResNetFpn
from tests.proxy_tasks.tiny_task import TINY

CLASSES = ("across", "down", "plain")


def stripes(kind: str, rng: np.random.Generator) -> Image.Image:
    """A noisy picture of 40 x 30 px of a class."""
    pixels = np.full((30, 40, 3), 128.0)
    if kind == "across":
        pixels[::4] += 80
    elif kind == "down":
        pixels[:, ::4] += 80
    return Image.fromarray((pixels + rng.normal(0, 10, pixels.shape)).clip(0, 255).astype(np.uint8))


def class_folders(directory: Path, train: int = 12, val: int = 4) -> Path:
    rng = np.random.default_rng(0)
    for split, count in (("train", train), ("val", val)):
        for kind in CLASSES:
            folder = directory / split / kind
            folder.mkdir(parents=True)
            for number in range(count):
                stripes(kind, rng).save(folder / f"{number}.png")
    return directory


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> ClassificationTask:
    directory = class_folders(tmp_path_factory.mktemp("data"))
    return ClassificationTask(
        data=load_class_folders(directory, 48, tmp_path_factory.mktemp("cache")),
        fidelity=replace(TINY, steps=80, batch_size=12, image_size=32),
        training=TrainingRecipe(5e-3),
        detector=DetectorRecipe("group_norm", zero_init=True),
        classifier=ClassifierRecipe(smallest_crop=0.5, label_smoothing=0.1),
    )


def test_every_picture_is_an_object_of_its_class(task: ClassificationTask) -> None:
    split = task.data.train
    assert split.class_names == CLASSES
    assert np.bincount(split.labels).tolist() == [12, 12, 12]
    assert np.allclose(split.boxes, [0, 0, 48, 36])


def test_classes_that_can_be_told_apart_are_learnt(task: ClassificationTask) -> None:
    network, training = task.begin(SPINENET_49, 0, None)
    training.run(80)
    scores = task.scores(network)
    assert scores["top1"] > 0.9 and scores["top5"] == 1.0


def test_an_untrained_network_that_knows_nothing_is_right_for_no_picture(
    task: ClassificationTask,
) -> None:
    """Of equal logits none is the first."""
    network = task.build(SPINENET_49, 0)
    torch.nn.init.zeros_(network.linear.weight)
    assert task.scores(network)["top1"] == 0.0


def test_the_loss_is_the_smoothed_cross_entropy(task: ClassificationTask) -> None:
    network = task.build(SPINENET_49, 0).eval()
    images = torch.randint(0, 256, (4, 32, 32, 3), generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([[0], [2], [1], [1]])
    logits = network(images).log_softmax(1)
    smoothed = 0.9 * torch.eye(3)[labels[:, 0]] + 0.1 / 3
    found, box_loss = network.loss(images, torch.zeros(4, 1, 4), labels)
    torch.testing.assert_close(found, -(smoothed * logits).sum(1).mean())
    assert box_loss == 0


@pytest.mark.parametrize("maxup", [1, 3])
def test_a_training_that_stops_goes_on_to_the_same_bits(
    maxup: int, task: ClassificationTask, tmp_path: Path
) -> None:
    short = replace(
        task,
        fidelity=replace(task.fidelity, steps=4, batch_size=4),
        detector=DetectorRecipe("sync_batch_norm", stochastic_depth=0.3),
        augmentation=AugmentationRecipe(brightness=0.4, maxup=maxup),
    )

    def full(directory: Path) -> FullTraining:
        directory.mkdir(exist_ok=True)
        return FullTraining(short, SPINENET_49, 1, Cadence(4, 2, 2, 1), "tiny", directory)

    def stop(entry: Any) -> None:
        if entry["step"] == 4:
            raise KeyboardInterrupt

    whole, _ = full(tmp_path / "whole").run(lambda entry: None)
    with pytest.raises(KeyboardInterrupt):
        full(tmp_path / "parts").run(stop)
    parts, _ = full(tmp_path / "parts").run(lambda entry: None)
    wanted = whole.state_dict()
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in parts.state_dict().items())


def test_a_resnet_fpn_is_refused(task: ClassificationTask) -> None:
    with pytest.raises(InvalidRecipe, match="scale-permuted"):
        task.build(ResNetFpn(), 0)


def remove_val(directory: Path) -> None:
    (directory / "val").rename(directory / "test")


def add_a_class(directory: Path) -> None:
    (directory / "val" / "other").mkdir()


def damage_a_picture(directory: Path) -> None:
    (directory / "train" / "down" / "0.png").write_bytes(b"no picture")


def empty_the_classes(directory: Path) -> None:
    for path in (directory / "val").rglob("*.png"):
        path.unlink()


def leave_one_class(directory: Path) -> None:
    for name in ("down", "plain"):
        shutil.rmtree(directory / "train" / name)


def empty_a_class(directory: Path) -> None:
    for file in (directory / "train" / "across").iterdir():
        file.rename(file.with_suffix(".txt"))


def test_a_hidden_folder_is_no_class(tmp_path: Path) -> None:
    directory = class_folders(tmp_path / "data", 1, 1)
    (directory / "train" / ".ipynb_checkpoints").mkdir()
    found = load_class_folders(directory, 32, tmp_path / "cache")
    assert found.train.class_names == CLASSES


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (remove_val, "val: no such folder"),
        (add_a_class, "there is no class 'other'"),
        (damage_a_picture, r"0\.png cannot be read"),
        (empty_the_classes, "val: no picture in it"),
        (leave_one_class, "train: 'across' is the only class in it"),
        (empty_a_class, "train/across: no picture of this class in it"),
    ],
)
def test_bad_folders_are_named(damage: Any, message: str, tmp_path: Path) -> None:
    directory = class_folders(tmp_path / "data", 1, 1)
    damage(directory)
    with pytest.raises(DataError, match=message) as caught:
        load_class_folders(directory, 32, tmp_path / "cache")
    assert "\n" not in str(caught.value)
