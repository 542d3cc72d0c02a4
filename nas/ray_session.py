"""Ray as a search uses it: started on this machine, joined at an address, or found running."""

import logging
import math
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import ray
from ray._private import ray_constants, utils

from nas.cluster_address import answers, cluster_at
from nas.errors import UsageError, WorkersLost
from nas.ray_home import RayHome
from nas.service_watch import ServiceWatch
from nas.worker_needs import WorkerNeeds

CHECK_SECONDS = 2.0  # between two looks at Ray's services
# Ray ends a driver whose cluster was silent for 60 s, without a word to this process.
PATIENCE_SECONDS = 40.0


class RayLost(Exception):  # noqa: N818 - for the pump, which starts Ray again
    """The Ray that this session started has died."""


class RaySession:
    """A connection to Ray, and whether the services that it depends on still answer.

    Args:
        workers, needs: what a Ray that is started here has room for.
        address: of a cluster that this machine is a node of; empty: start one here.
        modules: folders that are shipped to the nodes of a cluster.
    """

    def __init__(
        self, workers: int, needs: WorkerNeeds, address: str = "", modules: Sequence[str] = ()
    ) -> None:
        self.workers, self.needs, self.address, self.modules = workers, needs, address, modules
        self.found = ray.is_initialized()
        self.is_ours = not self.found and not address
        self.services: list[tuple[str, int]] = []
        self._home: RayHome | None = None
        self._watch: ServiceWatch | None = None
        self._next_check = 0.0

    def start(self) -> None:
        """Raises UsageError where Ray cannot be started or joined."""
        if self.is_ours:
            try:
                self._home = RayHome()
                _start_here(self.workers, self.needs, self._home.folder)
            except Exception as error:
                raise UsageError(
                    f"Ray cannot be started on this machine ({first_line(error)}): it needs "
                    "memory, processes, files (`ulimit -a`) and room in /tmp and /dev/shm; give it "
                    "those (RAY_TMPDIR names another folder than /tmp), or search with --pump local"
                ) from error
        elif not self.found:
            _join(self.address, self.modules)
        self.services = _services()
        self._watch = ServiceWatch(self._silent)

    def restart(self) -> None:
        """Another Ray in place of the one that died. Raises WorkersLost where none comes up."""
        self.stop()
        try:
            self.start()
        except Exception as error:
            raise WorkersLost(
                f"Ray died and could not be started again ({first_line(error)}): what was reported "
                "is kept; go on with the run"
            ) from error

    def stop(self) -> None:
        """Left to the interpreter's end, an interrupted search could end in a crash of it."""
        if self._watch is not None:
            self._watch.close()
        try:
            if not self.found:
                ray.shutdown()
        finally:
            if self._home is not None:
                self._home.close()
                self._home = None

    def check(self) -> None:
        """Look, now and then, whether Ray's services answer.

        Raises RayLost for a Ray of our own. A cluster gets PATIENCE_SECONDS to come back, as one
        whose GCS is fault tolerant does; then WorkersLost.
        """
        if time.monotonic() < self._next_check:
            return
        self.check_now()

    def check_now(self) -> None:
        """As `check`, at once."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (silent := self._silent()) is not None:
            if self.is_ours:
                raise RayLost(f"Ray's service at {silent} has died")
            if time.monotonic() > deadline:
                raise WorkersLost(
                    f"the Ray cluster's service at {silent} did not answer for "
                    f"{PATIENCE_SECONDS:g} s: what was reported is kept; bring the cluster back, "
                    "then go on with the run"
                )
            time.sleep(CHECK_SECONDS / 4)
        self._next_check = time.monotonic() + CHECK_SECONDS

    def _silent(self) -> str | None:
        return next(
            (f"{host}:{port}" for host, port in self.services if not answers(host, port)), None
        )


@contextmanager
def ray_session(
    workers: int,
    needs: WorkerNeeds | None = None,
    address: str = "",
    modules: Sequence[str] = (),
) -> Iterator[RaySession]:
    """A session from start to end. Where this process has a Ray already, that is used and left."""
    session = RaySession(workers, needs or WorkerNeeds(), address, modules)
    try:
        session.start()
        yield session
    finally:
        session.stop()


def _start_here(workers: int, needs: WorkerNeeds, folder: Path) -> None:
    """A quiet Ray with room for the workers, whose services listen on loopback only."""
    room = {name: float(math.ceil(workers * amount)) for name, amount in needs.custom.items()}
    with _quiet(), _on_loopback():
        ray.init(
            address="local",
            num_cpus=math.ceil(workers * needs.cpus),
            resources=room,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            _temp_dir=str(folder),
        )


def _join(address: str, modules: Sequence[str]) -> None:
    cluster = cluster_at(address)
    try:
        with _quiet():
            ray.init(
                address=cluster,
                runtime_env={"py_modules": list(modules)} if modules else None,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
    except Exception as error:
        raise UsageError(
            f"the Ray cluster at {cluster!r} cannot be joined ({first_line(error)}): this machine "
            f"has to be a node of it (`ray start --address={cluster}`), with its token"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Ray starts without a word, and does not take SIGTERM over, not even meanwhile."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    terminate = signal.getsignal(signal.SIGTERM)
    take_over, utils.set_sigterm_handler = utils.set_sigterm_handler, lambda handler: None
    try:
        yield
    finally:
        utils.set_sigterm_handler = take_over
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, terminate or signal.SIG_DFL)
    # Ray prints what its services log about dead workers on our standard output.
    ray._private.worker._worker_logs_enabled = False


@contextmanager
def _on_loopback() -> Iterator[None]:
    """Ray asks itself for its address, and takes loopback where clusters are not enabled."""
    enabled = ray_constants.ENABLE_RAY_CLUSTER
    ray_constants.ENABLE_RAY_CLUSTER = False
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = enabled


def _services() -> list[tuple[str, int]]:
    """The cluster's GCS, and the raylet of this machine."""
    context = ray.get_runtime_context()
    host, _, port = context.gcs_address.rpartition(":")
    found = [(host.strip("[]"), int(port))]
    for node in ray.nodes():  # type: ignore[no-untyped-call]
        if node["NodeID"] == context.get_node_id():
            found.append((node["NodeManagerAddress"], node["NodeManagerPort"]))
    return found


def first_line(error: BaseException) -> str:
    """Of a message, which of Ray's may have dozens."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def connected_gpus() -> int | None:
    """GPUs of the cluster that this process is connected to; None where it is to none."""
    if not ray.is_initialized():
        return None
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return int(resources.get("GPU", 0))
