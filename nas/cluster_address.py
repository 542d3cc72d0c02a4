"""Where a Ray cluster is, as a config says it. Needs Ray for auto only: mistakes show early."""

import socket
from contextlib import suppress

from nas.config import Config
from nas.errors import UsageError
from nas.gcs_probe import is_head

AUTO = "auto"  # the cluster that this machine is a node of
CONNECT_SECONDS = 5.0


def check_pump(config: Config) -> None:
    """Refuse a cluster whose head does not answer, and what the local pump cannot do.

    Raises UsageError.
    """
    search = config.search
    if search.pump == "local":
        asked = {
            "search.address": search.address,
            "failures.time_limit": config.failures.time_limit,
        }
        for name, value in asked.items():
            if value:
                raise UsageError(
                    f"{name} is {value!r}, but the local pump has no worker processes: leave it "
                    "out, or search with --pump ray"
                )
    elif search.address:
        address = cluster_at(search.address)
        if not is_head(address):
            raise UsageError(
                f"search.address is {search.address!r}: what answers at {address} is no Ray head "
                "of this version, or does not answer in time; give HOST:PORT of the cluster's "
                "head, as `ray start` printed it, or auto for the cluster of this machine"
            )


def cluster_at(address: str) -> str:
    """HOST:PORT of a cluster, which auto stands for too. Raises UsageError where nobody answers."""
    if address == AUTO:
        from nas.ray_address import running_cluster

        address = running_cluster()
    if address.startswith("ray://"):
        raise UsageError(
            f"search.address is {address!r}: a search runs on a node of its cluster; give "
            "HOST:PORT of the cluster's head, as `ray start` printed it, or auto"
        )
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal() and answers(host.strip("[]"), int(port[:9]))):
        raise UsageError(
            f"search.address is {address!r}: nothing answers there; give HOST:PORT of the "
            "cluster's head, as `ray start` printed it, or auto for the cluster of this machine"
        )
    return address


def answers(host: str, port: int, seconds: float = CONNECT_SECONDS) -> bool:
    """Whether somebody listens there, within so many seconds."""
    with suppress(OSError, OverflowError, UnicodeError):
        socket.create_connection((host, port), seconds).close()
        return True
    return False
