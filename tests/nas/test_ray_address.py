"""Which cluster auto is; a search that joins it is in test_cluster.py."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import ray
from ray._private import utils

from nas.cluster_address import cluster_at
from nas.errors import UsageError
from nas.ray_address import addresses_here

Listen = Callable[..., str]


@pytest.fixture
def listening() -> Iterator[Listen]:
    """Opens a port on loopback, under an address that leads there."""
    with ExitStack() as stack:

        def opened(host: str = "127.0.0.1") -> str:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            return f"{host}:{server.getsockname()[1]}"

        yield opened


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what runs on this machine."""

    def set_to(*running: str) -> None:
        monkeypatch.delenv("RAY_ADDRESS", raising=False)
        monkeypatch.setattr("nas.ray_address.addresses_here", lambda: set(running))

    return set_to


def test_the_only_cluster_is_found(listening: Listen, here: Callable[..., None]) -> None:
    running = listening()
    here(running, "127.0.0.1:1", "127.0.0.1:2")  # two that have ended
    assert cluster_at("auto") == running


def test_another_searchs_own_ray_is_not_taken_for_a_cluster(
    listening: Listen, here: Callable[..., None]
) -> None:
    cluster = listening("localhost")
    here(listening(), cluster)
    assert cluster_at("auto") == cluster


def test_several_are_listed_in_one_line(listening: Listen, here: Callable[..., None]) -> None:
    running = sorted([listening(), listening()])
    here(*running)
    with pytest.raises(UsageError, match="2 of them run here") as caught:
        cluster_at("auto")
    assert ", ".join(running) in str(caught.value)
    assert "give HOST:PORT" in str(caught.value)


def test_none_is_said_so(here: Callable[..., None]) -> None:
    here()
    with pytest.raises(UsageError, match="none runs here: give HOST:PORT"):
        cluster_at("auto")


def test_the_environment_comes_first(
    listening: Listen, here: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = listening()
    here(listening())
    monkeypatch.setenv("RAY_ADDRESS", asked)
    assert cluster_at("auto") == asked
    monkeypatch.setenv("RAY_ADDRESS", "ray://head:10001")
    with pytest.raises(UsageError, match="runs on a node of its cluster"):
        cluster_at("auto")


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_rays_processes_are_found() -> None:
    address = ray.get_runtime_context().gcs_address
    assert address in addresses_here()


def test_what_ray_start_noted_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note = tmp_path / "ray_current_cluster"
    note.write_text("10.0.0.1:6379\n")
    monkeypatch.setattr(utils, "get_ray_address_file", lambda temp_dir: str(note))
    assert "10.0.0.1:6379" in addresses_here()
