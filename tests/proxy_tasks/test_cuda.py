"""Training on a GPU; skipped where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from proxy_tasks.augmentation import Augmentation
from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import batches
from proxy_tasks.captured_step import CapturedStep
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.device_recipe import DeviceRecipe
from proxy_tasks.image_source import ResidentImages, StreamedImages
from proxy_tasks.recipe import OPTIMIZERS, DetectorRecipe, TrainingRecipe
from proxy_tasks.training_step import TrainingStep
from search_space import SPINENET_49
from tests.proxy_tasks.tiny_task import make_tiny_task

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")

GPU = torch.device("cuda", 0)


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> DetectionTask:
    return make_tiny_task(tmp_path_factory.mktemp("cache"), device=DeviceRecipe("cuda"))


@contextmanager
def no_waiting() -> Iterator[None]:
    """An operation that waits for the device raises."""
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize("source", [ResidentImages, StreamedImages])
def test_batches_are_those_of_the_cpu(task: DetectionTask, source: type[ResidentImages]) -> None:
    split = task.data.train
    ours = batches(split, 4, np.random.default_rng(0), flip=True, images=source(split, GPU))
    theirs = batches(split, 4, np.random.default_rng(0), flip=True)
    for a, b in islice(zip(ours, theirs, strict=True), 8):
        assert all(x.cpu().equal(y) for x, y in zip(a.tensors(), b.tensors(), strict=True))


def test_the_loss_is_that_of_the_cpu(task: DetectionTask) -> None:
    batch = next(batches(task.data.train, 4, np.random.default_rng(0), flip=False))
    there = task.build(SPINENET_49, 0).loss(*batch.to(GPU).tensors())
    here = replace(task, device=DeviceRecipe()).build(SPINENET_49, 0).loss(*batch.tensors())
    for ours, theirs in zip(there, here, strict=True):
        assert float(ours) == pytest.approx(float(theirs), rel=5e-3)  # TF32 in convolutions


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_captured_steps_are_the_eager_ones(
    task: DetectionTask, optimizer: str, precision: str
) -> None:
    """Losses of the first steps: later ones drift apart, as sums on a GPU have no fixed order."""
    task = replace(task, fidelity=replace(task.fidelity, precision=precision))
    recipe = TrainingRecipe(1e-3, optimizer=optimizer, warmup=0.5)
    losses = []
    for kind in (TrainingStep, CapturedStep):
        stream = batches(task.data.train, 4, np.random.default_rng(0), flip=True)
        take_step = kind(task.build(SPINENET_49, 0).train(), recipe, 4)
        found = [take_step(batch.to(GPU), s) for s, batch in enumerate(islice(stream, 4))]
        losses.append(torch.stack(found))
    torch.testing.assert_close(losses[0], losses[1], rtol=3e-2, atol=1e-3)


@pytest.mark.parametrize("source", [ResidentImages, StreamedImages])
@pytest.mark.parametrize("kind", [TrainingStep, CapturedStep])
def test_no_step_waits_for_the_device(
    task: DetectionTask, kind: type[TrainingStep], source: type[ResidentImages]
) -> None:
    split = task.data.train
    stream = batches(split, 4, np.random.default_rng(0), flip=True, images=source(split, GPU))
    recipe = AugmentationRecipe(scale_jitter=(0.5, 2.0), brightness=0.2, contrast=0.2, noise=4.0)
    augmentation = Augmentation(recipe, 0)
    detector = task.build(SPINENET_49, 0).train()
    take_step = kind(detector, TrainingRecipe(1e-3), 8)
    losses = torch.zeros(8, 2, device=GPU)
    losses[0] = take_step(augmentation(detector, next(stream), 0), 0)  # captured here
    with no_waiting():
        for step, batch in enumerate(islice(stream, 7), 1):
            losses[step] = take_step(augmentation(detector, batch, step), step)
    assert losses.isfinite().all()


def test_stochastic_depth_drops_anew_at_each_replay(task: DetectionTask) -> None:
    task = replace(task, detector=DetectorRecipe(stochastic_depth=0.5))
    take_step = CapturedStep(
        task.build(SPINENET_49, 0).train(), TrainingRecipe(1e-12, weight_decay=0.0), 6
    )
    batch = next(batches(task.data.train, 4, np.random.default_rng(0), flip=False)).to(GPU)
    losses = {float(take_step(batch, step)[0]) for step in range(6)}
    assert len(losses) > 1


@pytest.mark.parametrize("cuda_graph", [False, True])
def test_a_candidate_is_measured(task: DetectionTask, cuda_graph: bool) -> None:
    pytest.importorskip("hotcoco")
    task = replace(
        task,
        fidelity=replace(task.fidelity, precision="bf16", steps=12),
        device=DeviceRecipe("cuda", cuda_graph),
    )
    for seed in (0, 1):  # the second begins with the kernels that the first chose
        metrics = task.evaluate(SPINENET_49, seed)
        assert 0 <= metrics["AP"] <= 1 and metrics["latency_ms"] > 0


def test_compiled_losses_are_the_eager_ones(task: DetectionTask) -> None:
    batch = next(batches(task.data.train, 4, np.random.default_rng(0), flip=False)).to(GPU)
    compiled = replace(task, device=DeviceRecipe("cuda", compile_loss=True))
    ours, theirs = (t.build(SPINENET_49, 0).loss(*batch.tensors()) for t in (compiled, task))
    for a, b in zip(ours, theirs, strict=True):
        assert float(a) == pytest.approx(float(b), rel=1e-4)


def test_kernels_lie_channels_last_as_activations_do(task: DetectionTask) -> None:
    detector = task.build(SPINENET_49, 0)
    TrainingStep(detector, TrainingRecipe(1e-3), 1)
    kernels = [p for p in detector.parameters() if p.ndim == 4]
    assert all(p.is_contiguous(memory_format=torch.channels_last) for p in kernels)
