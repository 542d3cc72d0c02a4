import socket

import pytest
import ray

from nas.cluster_address import check_pump
from nas.config_source import load_config
from nas.errors import UsageError


def check(address: str) -> None:
    check_pump(load_config("smoke", {"search.address": address}))


def test_a_program_that_is_no_head_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nas.gcs_probe.PROBE_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"what answers at {address} is no Ray head"):
            check(address)


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_a_head_is_let_through_and_a_raylet_is_not() -> None:
    check(ray.get_runtime_context().gcs_address)
    node = ray.nodes()[0]
    with pytest.raises(UsageError, match="is no Ray head"):
        check(f"{node['NodeManagerAddress']}:{node['NodeManagerPort']}")
