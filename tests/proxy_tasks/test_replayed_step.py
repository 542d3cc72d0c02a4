from dataclasses import replace

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


def test_a_batch_of_another_size_is_recorded_too(task: DetectionTask, drawn: Batch) -> None:
    take_step = ReplayedStep(task.build(SPINENET_49, 0).train(), RECIPE, 2)
    small = Batch(*(tensor[:3] for tensor in drawn.tensors()))
    assert take_step(drawn, 0).isfinite().all() and take_step(small, 1).isfinite().all()


@pytest.mark.parametrize(
    ("architecture", "recipe"),
    [
        (SPINENET_49, DetectorRecipe(normalization="batch_norm")),
        (SPINENET_49, DetectorRecipe(normalization="group_norm", activation="swish")),
        (SPINENET_49, DetectorRecipe(normalization="group_norm", stochastic_depth=0.5)),
        (SPINENET_MOBILE, DetectorRecipe(normalization="group_norm")),
    ],
    ids=["batch_norm", "swish", "stochastic_depth", "squeeze_and_excitation"],
)
def test_what_cannot_be_recorded_is_trained_by_autograd(
    task: DetectionTask, drawn: Batch, architecture: Architecture, recipe: DetectorRecipe
) -> None:
    """To the same weights, statistics included: recording leaves no trace."""
    states = []
    for kind in (ReplayedStep, TrainingStep):
        torch.manual_seed(0)
        detector = replace(task, detector=recipe).build(architecture, 0).train()
        detector.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        kind(detector, RECIPE, 1)(drawn, 0)
        states.append(detector.state_dict())
    assert all(states[0][name].equal(value) for name, value in states[1].items())


def test_a_watched_network_is_not_replayed(task: DetectionTask, drawn: Batch) -> None:
    detector = task.build(SPINENET_49, 0).train()
    calls: list[nn.Module] = []
    detector.backbone.stem.register_forward_hook(lambda layer, *_: calls.append(layer))
    assert record_network(detector, drawn.images) is None
    take_step = ReplayedStep(detector, RECIPE, 2)
    take_step(drawn, 0), take_step(drawn, 1)
    assert len(calls) == 2
