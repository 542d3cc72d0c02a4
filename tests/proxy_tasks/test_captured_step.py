"""What can be tested without a GPU; the rest is in test_cuda.py."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytest
import torch

from proxy_tasks.batches import Batch, batches
from proxy_tasks.captured_step import CapturedStep
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.recipe import OPTIMIZERS, TrainingRecipe
from proxy_tasks.training_step import TrainingStep
from search_space import SPINENET_49
from tests.proxy_tasks.tiny_task import make_tiny_task


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> DetectionTask:
    return make_tiny_task(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def drawn(task: DetectionTask) -> Batch:
    return next(batches(task.data.train, 4, np.random.default_rng(0), flip=False))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_steps_before_a_capture_leave_no_trace(
    task: DetectionTask, drawn: Batch, optimizer: str
) -> None:
    detector = task.build(SPINENET_49, 0).train()
    before = copy.deepcopy(detector.state_dict())
    recipe = TrainingRecipe(0.01, optimizer=optimizer)
    step = CapturedStep(detector, recipe, steps=4)
    random = torch.get_rng_state()
    with step._undone():
        step._train_on(drawn)
        step._train_on(drawn)
        torch.rand(3)
    after = detector.state_dict()
    assert all(value.equal(before[name]) for name, value in after.items())
    assert step._moments() and not any(moment.any() for moment in step._moments())
    assert torch.get_rng_state().equal(random)


def test_moments_of_a_resumed_training_are_put_back(
    task: DetectionTask, drawn: Batch, tmp_path: Path
) -> None:
    step = CapturedStep(task.build(SPINENET_49, 0).train(), TrainingRecipe(0.01), steps=4)
    step._train_on(drawn)
    before = [moment.clone() for moment in step._moments()]
    with step._undone():
        step._train_on(drawn)
        assert not all(a.equal(b) for a, b in zip(before, step._moments(), strict=True))
    assert all(a.equal(b) for a, b in zip(before, step._moments(), strict=True))


class EagerGraph:
    """Stands in for a CUDA graph: undoes what runs while it is captured, and repeats the step."""

    def __init__(self, step: CapturedStep) -> None:
        self.step = step

    @contextmanager
    def capture(self, *_: object, **__: object) -> Iterator[None]:
        with self.step._undone():
            yield

    def replay(self) -> None:
        self.step._losses.copy_(self.step._train_on(self.step._inputs))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_replays_train_on_each_batch_at_its_learning_rate(
    task: DetectionTask, optimizer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = TrainingRecipe(1e-4, optimizer=optimizer, warmup=0.5)
    plain = TrainingStep(task.build(SPINENET_49, 0).train(), recipe, steps=4)
    captured = CapturedStep(task.build(SPINENET_49, 0).train(), recipe, steps=4)
    graph = EagerGraph(captured)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", lambda: graph)
    monkeypatch.setattr(torch.cuda, "graph", graph.capture)
    monkeypatch.setattr(torch.cuda, "Stream", lambda device: MagicMock())
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: MagicMock())
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    stream = batches(task.data.train, 4, np.random.default_rng(0), flip=True)
    for step, batch in enumerate(islice(stream, 4)):
        # Where a gradient is nearly 0, rounding decides on its sign, and AdamW steps by the sign.
        torch.testing.assert_close(captured(batch, step), plain(batch, step), rtol=2e-3, atol=0)
        for ours, theirs in zip(
            captured.optimizer.param_groups, plain.optimizer.param_groups, strict=True
        ):
            assert float(ours["lr"]) == pytest.approx(theirs["lr"])
