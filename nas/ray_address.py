"""Which Ray cluster this machine is a node of."""

import os

from ray._private import services, utils

from nas.cluster_address import AUTO, answers
from nas.errors import UsageError

GIVE_IT = "give HOST:PORT of the cluster's head, as `ray start` printed it"


def running_cluster() -> str:
    """HOST:PORT of RAY_ADDRESS, or else of the one cluster that runs here.

    Ray is not asked to find it: of a cluster that it finds by itself it takes for granted that
    tokens are checked, and on one where they are not no worker ever starts. A Ray that listens on
    loopback, as another search's own, counts only where there is no other.

    Raises UsageError where there is none, or several.
    """
    given = os.environ.get("RAY_ADDRESS", "")
    if given not in ("", AUTO):
        return given
    return _only_one({address for address in addresses_here() if _answers(address)})


def addresses_here() -> set[str]:
    """Those that Ray's processes on this machine were given, and that `ray start` noted."""
    running: set[str] = services._find_address_from_flag("--gcs-address")
    noted: str | None = utils.read_ray_address()
    return {*running, noted} if noted else running


def _only_one(addresses: set[str]) -> str:
    outside = {address for address in addresses if not address.startswith("127.")}
    found = sorted(outside or addresses)
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} of them run here ({', '.join(found)})" if found else "none runs here"
    raise UsageError(
        f"search.address is {AUTO!r}, the Ray cluster of this machine, but {what}: {GIVE_IT}"
    )


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    return port.isdecimal() and answers(host.strip("[]"), int(port[:9]))
