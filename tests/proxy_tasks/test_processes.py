"""Two processes that share every batch train the network that one process would."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from proxy_tasks.augmentation import Augmentation
from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import batches
from proxy_tasks.layers import BatchNorm
from proxy_tasks.scenes import make_scenes
from tests.proxy_tasks.shared_training import normalize, scores, train

ROOT = Path(__file__).parents[2]
TOLERANCE = {"rtol": 1e-4, "atol": 1e-4}  # sums in another order


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def shared(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What two processes have trained."""
    folder = tmp_path_factory.mktemp("shared")
    make_scenes(image_size=64, train=40, reward=20, test=0, cache_dir=cache)
    words = [sys.executable, "-m", "tests.proxy_tasks.shared_training"]
    others = [str(folder / "meeting"), str(cache), str(folder / "out.pt")]
    trainings = [subprocess.Popen([*words, str(r), "2", *others], cwd=ROOT) for r in range(2)]
    try:
        assert [process.wait(timeout=240) for process in trainings] == [0, 0]
    finally:
        for process in trainings:
            process.kill()
            process.wait()
    found: dict[str, Any] = torch.load(folder / "out.pt", weights_only=True)
    return found


def test_two_processes_train_as_one_with_the_same_batch(
    cache: Path, shared: dict[str, Any]
) -> None:
    alone = train(cache, "group_norm")
    assert shared["group_norm"].keys() == alone.keys()
    for name, tensor in alone.items():
        torch.testing.assert_close(shared["group_norm"][name], tensor, **TOLERANCE, msg=name)


def test_a_sync_batch_norm_is_the_batch_norm_of_the_whole_batch(shared: dict[str, Any]) -> None:
    found, wanted = shared["layer"], normalize(BatchNorm(7).double(), 0, 1)
    assert found.keys() == wanted.keys()
    for name, tensor in wanted.items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-12, atol=1e-12, msg=name)


def test_with_sync_batch_norm_two_processes_have_the_losses_of_one(
    cache: Path, shared: dict[str, Any]
) -> None:
    """Weights of so small a batch differ as if the pictures had been changed by a millionth."""
    losses = train(cache, "sync_batch_norm")["losses"]
    torch.testing.assert_close(shared["sync_batch_norm"]["losses"], losses, rtol=1e-2, atol=0)


def test_two_processes_score_as_one(cache: Path, shared: dict[str, Any]) -> None:
    alone = scores(cache)
    assert alone["AR"] > 0.01
    assert shared["scores"] == pytest.approx(alone, abs=1e-3, nan_ok=True)


def test_the_training_moves_the_weights_by_more_than_the_tolerance(cache: Path) -> None:
    weights = train(cache, "group_norm", steps=0)
    later = train(cache, "group_norm")
    moved = [float((later[name] - tensor).abs().max()) for name, tensor in weights.items()]
    assert max(moved) > 10 * TOLERANCE["atol"]


def test_the_parts_of_a_batch_are_the_batch(cache: Path) -> None:
    split = make_scenes(image_size=64, train=40, reward=20, test=0, cache_dir=cache).train

    def first(part: tuple[int, int]) -> Any:
        return next(batches(split, 6, np.random.default_rng(1), flip=True, part=part))

    whole, parts = first((0, 1)), [first((k, 3)) for k in range(3)]
    assert torch.equal(whole.images, torch.cat([part.images for part in parts]))
    assert torch.equal(whole.boxes, torch.cat([part.boxes for part in parts]))


def test_processes_augment_by_numbers_of_their_own(cache: Path) -> None:
    split = make_scenes(image_size=64, train=40, reward=20, test=0, cache_dir=cache).train
    batch = next(batches(split, 4, np.random.default_rng(1), flip=False))
    recipe = AugmentationRecipe(brightness=0.5)
    detector: Any = None  # is asked by MaxUp only
    first, second = (Augmentation(recipe, 0, rank)(detector, batch, 5) for rank in (0, 1))
    assert not torch.equal(first.images, second.images)
