from pathlib import Path

import pytest
import torch

from proxy_tasks.device import check_device, torch_device
from proxy_tasks.device_recipe import DeviceRecipe
from proxy_tasks.errors import InvalidRecipe, MissingDevice
from tests.proxy_tasks.tiny_task import make_tiny_task


def test_a_missing_gpu_is_refused_when_the_task_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(MissingDevice, match=r"finds no GPU .*: --device.name cpu"):
        make_tiny_task(tmp_path, device=DeviceRecipe("cuda"))


def test_a_cpu_is_always_there() -> None:
    check_device(DeviceRecipe())
    assert torch_device(DeviceRecipe()).type == "cpu"


@pytest.mark.parametrize("workers", range(1, 65))
def test_workers_that_share_a_gpu_fit_on_it(workers: int) -> None:
    """In units of 1/10,000, which is what Ray counts in."""
    share = round(10_000 * DeviceRecipe("cuda", workers_per_gpu=workers).gpus)
    assert share * workers <= 10_000 < share * (workers + 1) + workers


def test_a_worker_on_the_cpu_takes_no_gpu() -> None:
    assert DeviceRecipe().gpus == 0


@pytest.mark.parametrize("fault", [{"name": "gpu"}, {"workers_per_gpu": 0}])
def test_what_is_no_device_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(InvalidRecipe, match=next(iter(fault))):
        DeviceRecipe(**fault)  # type: ignore[arg-type]
