import importlib
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from proxy_tasks.recipe import DetectorRecipe
from search_space import SPINENET_49
from tests.proxy_tasks.tiny_task import make_tiny_task

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_the_plain_network_that_steps_are_compared_with_is_the_same_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its benchmark asserts parameters, multiply-adds, outputs and losses."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # or the benchmark sets it for all tests
    monkeypatch.syspath_prepend(BENCHMARKS)
    task = make_tiny_task(tmp_path, detector=DetectorRecipe(normalization="group_norm"))
    detector = task.build(SPINENET_49, 0)
    generator = torch.Generator().manual_seed(1)
    for layer in detector.modules():  # so that every number of the output depends on the image
        if isinstance(layer, nn.GroupNorm):
            nn.init.uniform_(layer.weight, 0.5, 1.5, generator=generator)
            nn.init.normal_(layer.bias, std=0.2, generator=generator)
    for predictor in (detector.head.classes, detector.head.boxes):
        nn.init.normal_(predictor.weight, std=0.1, generator=generator)
    importlib.import_module("proxy_step").plain_network(task, detector)
    with torch.no_grad(), pytest.raises(AssertionError):
        detector.head.classes.register_forward_hook(lambda *found: found[2] + 0.01)
        importlib.import_module("proxy_step").plain_network(task, detector)
    for name in ("proxy_step", "plain_pictures", "plain_retinanet"):
        monkeypatch.delitem(sys.modules, name)
