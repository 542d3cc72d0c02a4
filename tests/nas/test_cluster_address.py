import socket

import pytest

from nas.cluster_address import check_pump
from nas.config_source import load_config
from nas.errors import UsageError


def check(**changes: str) -> None:
    check_pump(load_config("smoke", {name.replace("__", "."): v for name, v in changes.items()}))


def test_an_address_where_nobody_listens_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(UsageError, match=f"search.address is '127.0.0.1:{port}': nothing answers"):
        check(search__address=f"127.0.0.1:{port}")


@pytest.mark.parametrize("address", ["head", "head:", ":6379", "head:x", "1.2.3.4:99999999999"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=r"give HOST:PORT"):
        check(search__address=address)


def test_a_client_connection_is_refused() -> None:
    with pytest.raises(UsageError, match="runs on a node of its cluster"):
        check(search__address="ray://head:10001")


@pytest.mark.parametrize("asked", [{"failures__time_limit": "5"}, {"search__address": "head:6379"}])
def test_the_local_pump_refuses_what_needs_workers(asked: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="the local pump has no worker processes"):
        check(search__pump="local", **asked)
