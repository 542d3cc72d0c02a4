import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from proxy_tasks.batches import Batch, batches
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.detector import Detector
from proxy_tasks.recipe import DetectorRecipe, TrainingRecipe
from proxy_tasks.replayed_step import ReplayedStep, record_network
from proxy_tasks.training_step import TrainingStep
from search_space import R0_SP53, SPINENET_49, SPINENET_MOBILE, Architecture
from tests.proxy_tasks.tiny_task import make_tiny_task

RECIPE = TrainingRecipe(1e-3)


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> DetectionTask:
    tiny = make_tiny_task(tmp_path_factory.mktemp("cache"))
    return replace(tiny, detector=DetectorRecipe(normalization="group_norm"))


@pytest.fixture(scope="module")
def drawn(task: DetectionTask) -> Batch:
    return next(batches(task.data.train, 4, np.random.default_rng(0), flip=False))


def gradients(kind: type[TrainingStep], detector: Detector, batch: Batch) -> dict[str, Tensor]:
    """Of a first step, before the optimiser: it takes none at a rate of 0."""
    take_step = kind(detector.train(), RECIPE, 1)
    take_step.optimizer.step = lambda: None  # type: ignore[assignment, method-assign]
    take_step(batch, 0)
    return {name: p.grad.clone() for name, p in detector.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("architecture", [SPINENET_49, R0_SP53], ids=["49", "r0"])
def test_gradients_are_those_of_autograd(
    task: DetectionTask, drawn: Batch, architecture: Architecture
) -> None:
    found, expected = (
        gradients(kind, task.build(architecture, 0), drawn) for kind in (ReplayedStep, TrainingStep)
    )
    for name, grad in expected.items():
        scale = float(grad.abs().max())
        torch.testing.assert_close(found[name], grad, rtol=0, atol=1e-4 * scale + 1e-7, msg=name)


def test_a_training_repeated_is_the_same_to_the_last_bit(task: DetectionTask) -> None:
    def weights() -> list[Tensor]:
        detector = task.build(SPINENET_49, 0).train()
        stream = batches(task.data.train, 4, np.random.default_rng(0), flip=True)
        take_step = ReplayedStep(detector, RECIPE, 3)
        losses = [take_step(next(stream), step) for step in range(3)]
        return [*losses, *(p.detach() for p in detector.parameters())]

    assert all(a.equal(b) for a, b in zip(weights(), weights(), strict=True))


def test_losses_are_of_the_batch_at_hand_and_not_of_the_recorded(
    task: DetectionTask, drawn: Batch
) -> None:
    detector = task.build(SPINENET_49, 0).train()
    take_step = ReplayedStep(detector, RECIPE, 2)
    take_step(drawn, 0)
    other = Batch(drawn.images.flip(1), drawn.boxes, drawn.labels)
    with torch.no_grad():
        expected = torch.stack(detector.loss(*other.tensors()))
    torch.testing.assert_close(take_step(other, 1), expected)


def test_gradients_stay_those_of_autograd_from_shape_to_shape(
    task: DetectionTask, drawn: Batch
) -> None:
    """Of the first steps of two shapes, and of later ones; the weights of both move alike."""
    small = Batch(*(tensor[:3] for tensor in drawn.tensors()))
    other = Batch(drawn.images.flip(1), drawn.boxes, drawn.labels)
    detector = task.build(SPINENET_49, 0).train()
    take_step = ReplayedStep(detector, RECIPE, 5)
    for step, batch in enumerate([drawn, small, other, small, drawn]):
        with torch.enable_grad():
            loss = sum(detector.loss(*batch.tensors()), torch.zeros(()))
            expected = torch.autograd.grad(loss, [*detector.parameters()])
        take_step._flat.zero_grad()
        take_step._backpropagate(batch)
        for (name, p), grad in zip(detector.named_parameters(), expected, strict=True):
            assert p.grad is not None
            scale = float(grad.abs().max())
            torch.testing.assert_close(p.grad, grad, rtol=0, atol=1e-4 * scale + 1e-7, msg=name)
        take_step(batch, step)


def test_predictions_are_the_detectors_at_the_weights_of_the_day(
    task: DetectionTask, drawn: Batch
) -> None:
    detector = task.build(SPINENET_49, 0).train()
    take_step = ReplayedStep(detector, RECIPE, 2)
    for step in range(2):
        take_step(drawn, step)
        with torch.no_grad():
            pairs = zip(take_step.predict(drawn.images), detector(drawn.images), strict=True)
        for found, expected in pairs:
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("architecture", "recipe", "reason"),
    [
        (SPINENET_49, DetectorRecipe(normalization="batch_norm"), "stem.conv.norm is a BatchNorm"),
        (SPINENET_49, DetectorRecipe(normalization="group_norm", activation="swish"), "no tape"),
        (
            SPINENET_49,
            DetectorRecipe(normalization="group_norm", stochastic_depth=0.5),
            "drops branches by chance",
        ),
        (SPINENET_MOBILE, DetectorRecipe(normalization="group_norm"), "no tape"),
    ],
    ids=["batch_norm", "swish", "stochastic_depth", "squeeze_and_excitation"],
)
def test_what_cannot_be_recorded_is_trained_by_autograd_and_said(
    task: DetectionTask,
    drawn: Batch,
    architecture: Architecture,
    recipe: DetectorRecipe,
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """To the same weights, statistics included: recording leaves no trace."""
    caplog.set_level(logging.INFO)
    states = []
    for kind in (ReplayedStep, TrainingStep):
        torch.manual_seed(0)
        detector = replace(task, detector=recipe).build(architecture, 0).train()
        detector.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        take_step = kind(detector, RECIPE, 2)
        take_step(drawn, 0), take_step(drawn, 1)
        states.append(detector.state_dict())
    assert all(states[0][name].equal(value) for name, value in states[1].items())
    (said,) = caplog.messages
    assert reason in said


def test_a_watched_network_is_not_replayed(task: DetectionTask, drawn: Batch) -> None:
    detector = task.build(SPINENET_49, 0).train()
    calls: list[nn.Module] = []
    detector.backbone.stem.register_forward_hook(lambda layer, *_: calls.append(layer))
    assert record_network(detector, drawn.images) is None
    take_step = ReplayedStep(detector, RECIPE, 2)
    take_step(drawn, 0), take_step(drawn, 1)
    assert len(calls) == 2


@pytest.mark.parametrize(
    "register",
    [
        nn.modules.module.register_module_forward_hook,
        nn.modules.module.register_module_forward_pre_hook,
        nn.modules.module.register_module_full_backward_hook,
        nn.modules.module.register_module_full_backward_pre_hook,
    ],
)
def test_a_network_watched_with_all_others_is_not_replayed(
    task: DetectionTask, drawn: Batch, register: Callable[..., Any]
) -> None:
    hook = register(lambda *_: None)
    try:
        assert record_network(task.build(SPINENET_49, 0).train(), drawn.images) is None
    finally:
        hook.remove()
