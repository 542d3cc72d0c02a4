import time

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from proxy_tasks import latency
from proxy_tasks.latency import PASSES, WARM_UP, latency_ms


class Sleeper(nn.Module):
    """Takes `first` seconds for each warm-up pass and `later` for every other one."""

    def __init__(self, first: float, later: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.first, self.later = first, later
        self.seen: list[tuple[tuple[int, ...], bool, bool]] = []

    def forward(self, images: Tensor) -> Tensor:
        time.sleep(self.first if len(self.seen) < WARM_UP else self.later)
        self.seen.append((tuple(images.shape), self.training, torch.is_grad_enabled()))
        return images.sum() * self.weight


IMAGE = torch.from_numpy(np.zeros((1, 8, 8, 3), np.uint8))


def measured(network: Sleeper) -> float:
    return latency_ms(network, IMAGE)  # type: ignore[arg-type]


def test_the_warm_up_is_not_counted() -> None:
    assert 2 <= measured(Sleeper(0.05, 0.002)) < 50


def test_one_slow_pass_does_not_count() -> None:
    network = Sleeper(0.0, 0.0)
    network.register_forward_hook(
        lambda *_: time.sleep(0.05) if len(network.seen) == WARM_UP + 2 else None
    )
    assert measured(network) < 50


def test_passes_are_of_one_image_in_inference_mode_without_gradients() -> None:
    network = Sleeper(0.0, 0.0).train()
    measured(network)
    assert network.seen == [((1, 8, 8, 3), False, False)] * (WARM_UP + PASSES)


def test_a_slow_network_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "PATIENCE", 0.0)
    network = Sleeper(0.0, 0.001)
    assert measured(network) >= 1
    assert len(network.seen) == WARM_UP + 1
