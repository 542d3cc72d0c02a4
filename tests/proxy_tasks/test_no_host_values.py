"""A training step never asks for a value on the host: on a GPU that would wait for it.

Fake tensors have shapes and no values, so `.item()`, `nonzero` and boolean indexing raise. The same
is measured on a GPU, where there is one, in test_cuda.py.
"""

import copy
from pathlib import Path

import pytest
import torch
from torch._subclasses.fake_tensor import FakeCopyMode, FakeTensorMode

from proxy_tasks.augmentation import Augmentation
from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import Batch, mirror
from proxy_tasks.recipe import DetectorRecipe, TrainingRecipe
from proxy_tasks.training_step import TrainingStep
from search_space import SPINENET_49
from tests.proxy_tasks.tiny_task import make_tiny_task

RECIPE = AugmentationRecipe(
    scale_jitter=(0.5, 2.0), shift=0.1, brightness=0.2, contrast=0.2, saturation=0.2, noise=4.0,
    cutout=0.2,
)  # fmt: skip


def test_fake_tensors_have_no_values() -> None:
    with FakeTensorMode(), pytest.raises(Exception, match=r"aten\.nonzero"):
        torch.zeros(3).nonzero()


@pytest.mark.parametrize(
    ("normalization", "optimizer"), [("batch_norm", "sgd"), ("group_norm", "adamw")]
)
def test_a_step_needs_no_value(tmp_path: Path, normalization: str, optimizer: str) -> None:
    recipe = DetectorRecipe(normalization=normalization, stochastic_depth=0.2)
    task = make_tiny_task(tmp_path, detector=recipe)
    real = task.build(SPINENET_49, 0).train()
    fake = FakeTensorMode()
    with FakeCopyMode(fake):
        detector = copy.deepcopy(real)
    with fake:
        images = torch.zeros(4, 64, 64, 3, dtype=torch.uint8)
        batch = Batch(images, torch.zeros(4, 7, 4), torch.zeros(4, 7, dtype=torch.int64))
        batch = mirror(batch, torch.zeros(4, dtype=torch.bool))
        batch = Augmentation(RECIPE, 0)(detector, batch, 0)
        loss = TrainingStep(detector, TrainingRecipe(1e-3, optimizer=optimizer), 4)(batch, 0)
    assert loss.shape == (2,)
