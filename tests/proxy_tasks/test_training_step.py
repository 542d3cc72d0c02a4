from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from proxy_tasks.batches import Batch, batches
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.flat_parameters import FlatParameters
from proxy_tasks.recipe import TrainingRecipe
from proxy_tasks.training_step import TrainingStep, make_optimizer
from search_space import SPINENET_49
from tests.proxy_tasks.tiny_task import make_tiny_task

SGD = TrainingRecipe(0.01, weight_decay=0.1, warmup=0.0, optimizer="sgd", schedule="step")


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> DetectionTask:
    return make_tiny_task(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def drawn(task: DetectionTask) -> Batch:
    return next(batches(task.data.train, 4, np.random.default_rng(0), flip=False))


def small_model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(2, 3, 3), nn.GroupNorm(1, 3), nn.Conv2d(3, 1, 1))


def test_sgd_is_torchs_on_the_tensors_with_decay_of_kernels_alone() -> None:
    x = torch.randn(4, 2, 5, 5)
    plain, ours = small_model(), small_model()
    groups = [
        {"params": [p for p in plain.parameters() if p.ndim >= 2], "weight_decay": 0.1},
        {"params": [p for p in plain.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    reference = torch.optim.SGD(groups, lr=0.01, momentum=0.9)
    flat = FlatParameters(ours)
    optimizer = make_optimizer(SGD, flat)
    for _ in range(4):
        reference.zero_grad()
        plain(x).square().mean().backward()
        reference.step()
        flat.zero_grad()
        ours(x).square().mean().backward()
        optimizer.step()
    for expected, found in zip(plain.parameters(), ours.parameters(), strict=True):
        torch.testing.assert_close(found, expected)


def test_bf16_is_near_float32_and_not_equal(task: DetectionTask, drawn: Batch) -> None:
    half = replace(task, fidelity=replace(task.fidelity, precision="bf16"))
    exact, near = (t.build(SPINENET_49, 0)(drawn.images)[0] for t in (task, half))
    assert near.dtype == torch.float32 and not near.equal(exact)
    # bf16 has 8 bits: rounding of 0.4 % an operation, of some hundred in a row
    assert (near - exact).norm() < 0.05 * exact.norm()


def test_bf16_leaves_weights_and_gradients_in_float32(task: DetectionTask, drawn: Batch) -> None:
    half = replace(task, fidelity=replace(task.fidelity, precision="bf16"))
    detector = half.build(SPINENET_49, 0).train()
    loss = TrainingStep(detector, SGD, steps=1)(drawn, 0)
    kinds = {tensor.dtype for p in detector.parameters() for tensor in (p, p.grad)}
    assert kinds == {torch.float32} and loss.isfinite().all()
