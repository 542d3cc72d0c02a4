from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from proxy_tasks.augmentation import Augmentation
from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import Batch, batches
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.detector import Detector
from proxy_tasks.recipe import (
    DetectorRecipe,
)
from proxy_tasks.training import Training
from search_space import SPINENET_49
from tests.proxy_tasks.tiny_task import TINY, make_tiny_task

COLOURS = {"brightness": 0.5, "contrast": 0.5, "saturation": 0.5}


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> DetectionTask:
    cache = tmp_path_factory.mktemp("cache")
    detector = DetectorRecipe(normalization="group_norm")
    return make_tiny_task(cache, fidelity=replace(TINY, batch_size=8), detector=detector)


@pytest.fixture
def detector(task: DetectionTask) -> Detector:
    """With predictions that depend on the image; those of a new head hardly do."""
    found = task.build(SPINENET_49, 0).train()
    generator = torch.Generator().manual_seed(2)
    for layer in (found.head.classes, found.head.boxes):
        torch.nn.init.normal_(layer.weight, std=0.3, generator=generator)
    return found


@pytest.fixture
def batch(task: DetectionTask) -> Batch:
    return next(batches(task.data.train, 8, np.random.default_rng(0), flip=True))


def augmented(detector: Detector, batch: Batch, step: int = 3, **settings: object) -> Batch:
    recipe = AugmentationRecipe(**settings)  # type: ignore[arg-type]
    return Augmentation(recipe, seed=7)(detector, batch, step)


def loss_of_each(detector: Detector, batch: Batch) -> Tensor:
    """Each image's as a batch of itself; group norms know nothing of the others anyway."""
    rows = zip(batch.images.split(1), batch.boxes.split(1), batch.labels.split(1), strict=True)
    return torch.stack([sum(detector.loss(*row), torch.zeros(())) for row in rows])


def test_with_the_flip_alone_a_batch_is_the_one_that_it_was(
    detector: Detector, batch: Batch
) -> None:
    assert augmented(detector, batch) is batch


def test_every_step_and_every_seed_has_changes_of_its_own(detector: Detector, batch: Batch) -> None:
    recipe = AugmentationRecipe(shift=0.2, brightness=0.5)
    draws = [(7, 3), (7, 3), (7, 4), (8, 3)]
    found = [Augmentation(recipe, seed)(detector, batch, step).images for seed, step in draws]
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2]) and not torch.equal(found[0], found[3])


def test_maxup_takes_of_each_image_the_copy_with_the_largest_loss_of_its_own(
    detector: Detector, batch: Batch
) -> None:
    """The k-th copy is the same for every m >= k, so a larger m cannot find a smaller loss."""
    with torch.no_grad():
        best = [
            loss_of_each(detector, augmented(detector, batch, maxup=m, **COLOURS))
            for m in (1, 2, 3, 6)
        ]
    for few, more in pairwise(best):
        assert (more >= few - 1e-5).all()
    assert (best[-1] > best[0] + 1e-4).sum() >= 4  # of 8; by chance a first of 6 is the largest


def test_maxup_in_a_replayed_training_chooses_by_replay(
    task: DetectionTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Detector, "forward", None)
    augmentation = Augmentation(AugmentationRecipe(maxup=2, **COLOURS), 0)  # type: ignore[arg-type]
    stream = batches(task.data.train, 8, np.random.default_rng(0), flip=True)
    training = Training(task.build(SPINENET_49, 0), stream, 2, task.training, augmentation)
    assert np.isfinite(training.run(2).class_loss)


def test_the_copies_of_an_image_are_moved_alike(detector: Detector, batch: Batch) -> None:
    moves = {"shift": 0.3, "scale_jitter": (0.5, 2.0)}
    alone = augmented(detector, batch, **moves)
    chosen = augmented(detector, batch, **moves, **COLOURS, maxup=4)
    assert torch.equal(chosen.boxes, alone.boxes)
    assert torch.equal(chosen.labels, alone.labels)


def test_a_chosen_copy_shows_its_objects_where_every_copy_does(
    detector: Detector, batch: Batch
) -> None:
    """With brightness alone it is one factor times the image that was only moved."""
    moves = {"shift": 0.3, "scale_jitter": (0.5, 2.0)}
    dark = replace(batch, images=batch.images // 2)  # so that nothing reaches 255
    alone = augmented(detector, dark, **moves).images
    chosen = augmented(detector, dark, **moves, brightness=0.5, maxup=4).images
    factors = chosen.sum((1, 2, 3), keepdim=True) / alone.sum((1, 2, 3), keepdim=True)
    torch.testing.assert_close(chosen, factors * alone, rtol=1e-4, atol=1e-3)


def test_choosing_leaves_torchs_generator_and_the_detector_alone(
    detector: Detector, batch: Batch
) -> None:
    torch.manual_seed(4)
    state, weights = torch.get_rng_state(), [p.clone() for p in detector.parameters()]
    augmented(detector, batch, maxup=3, noise=9.0)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(map(torch.equal, weights, detector.parameters()))
    assert all(p.grad is None for p in detector.parameters())


def test_a_candidate_trains_with_everything_on_the_same_each_time(task: DetectionTask) -> None:
    recipe = AugmentationRecipe(True, (0.5, 2.0), 0.1, 0.3, 0.3, 0.3, 4.0, 0.3, maxup=2)
    detector = replace(task.detector, normalization="batch_norm", stochastic_depth=0.2)
    small = replace(task.fidelity, batch_size=2, steps=2)
    full = replace(task, fidelity=small, augmentation=recipe, detector=detector)
    first, second = (full.evaluate(SPINENET_49, 1) for _ in range(2))
    assert first["class_loss"] == second["class_loss"]
