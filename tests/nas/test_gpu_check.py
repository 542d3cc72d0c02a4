import pytest
import torch

from nas.config_source import check_config, load_config
from nas.errors import UsageError
from nas.gpu_check import check_gpus
from proxy_tasks.errors import MissingDevice


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nas.ray_session.connected_gpus", lambda: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


def check(workers: int, share: int, **changes: str) -> None:
    given = {"search.workers": str(workers), "device.workers_per_gpu": str(share)}
    check_gpus(load_config("gpu", {**given, **changes}))


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize(("workers", "share"), [(2, 1), (6, 3)])
def test_workers_that_fit_are_let_through(workers: int, share: int) -> None:
    check(workers, share)


@pytest.mark.usefixtures("two_gpus")
def test_a_worker_that_would_get_no_gpu_is_refused() -> None:
    with pytest.raises(UsageError, match="workers is 7, but 2 GPUs have room for 6 at"):
        check(7, 3)


@pytest.mark.usefixtures("two_gpus")
def test_the_local_pump_needs_one() -> None:
    check(7, 3, **{"search.pump": "local"})


@pytest.mark.parametrize("pump", ["local", "ray"])
def test_no_gpu_at_all_is_said(pump: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nas.ray_session.connected_gpus", lambda: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(MissingDevice, match="torch finds no GPU"):
        check(1, 1, **{"search.pump": pump})


def test_a_search_on_the_cpu_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    check(64, 1, **{"device.name": "cpu"})


def test_a_task_without_training_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    check(64, 1, **{"task.name": "analytic"})


def test_runs_stored_before_there_was_a_device_are_of_the_cpu() -> None:
    document = load_config("quick", {}).as_dict()
    del document["device"], document["data"]["holdout"], document["fidelity"]["precision"]
    assert check_config(document, "config of runs/old") == load_config("quick", {})


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_the_gpus_of_a_connected_cluster_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test run's cluster has as many as this machine."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UsageError, match=r"but \d+ GPUs? ha"):
        check(1000, 1)
