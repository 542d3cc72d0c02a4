from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from nas.compose import make_parts
from nas.config_source import load_config
from nas.search import search
from nas.worker_needs import WorkerNeeds
from results import TrialStore


@pytest.mark.parametrize(("device", "share"), [("cuda", 0.25), ("cpu", 0.0)])
def test_each_ray_worker_takes_its_share_of_a_gpu(
    device: str, share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def pump(*_: object, needs: WorkerNeeds, **__: object) -> Iterator[Any]:
        asked.append(needs.gpus)
        yield from ()

    monkeypatch.setattr("nas.pump_ray.pump_ray", pump)
    monkeypatch.setattr("nas.ray_session.ray_session", lambda *_: nullcontext())
    config = load_config("gpu", {"task.name": "analytic", "device.name": device})
    with (
        TrialStore.create(tmp_path / "run.sqlite", {}) as store,
        search(config, make_parts(config), store) as (_, trials),
    ):
        assert not list(trials)
    assert asked == [share]
