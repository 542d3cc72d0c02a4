"""Worker processes of one thread each, which end with what started them."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import TypeVar

from nas.errors import WorkersLost

Job = TypeVar("Job")
Result = TypeVar("Result")

# Read when numpy and torch are imported, so they have to be there before a worker starts.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def worker_processes(number: int) -> Iterator[Executor]:
    """An executor of spawned processes; whatever ends the block ends them, jobs and all.

    A job has one thread, so that its result does not depend on the machine's cores.
    """
    before = set(active_children())
    context = get_context("spawn")
    with _one_thread_each():
        executor = ProcessPoolExecutor(number, mp_context=context, initializer=_prepare)
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            for child in set(active_children()) - before:
                child.terminate()
            raise
        executor.shutdown()


def run_jobs(
    executor: Executor,
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    on_done: Callable[[], None],
) -> list[Result]:
    """The results in the order of the jobs, which start in this order; `on_done` after each.

    Raises what a job raised. Raises WorkersLost if a process was ended from outside.
    """
    try:
        futures = [executor.submit(function, job) for job in jobs]
        for future in as_completed(futures):
            future.result()
            on_done()
    except BrokenProcessPool as error:
        raise WorkersLost(
            "a worker process of the scorecard was ended from outside, perhaps for want of memory: "
            "try fewer --workers"
        ) from error
    return [future.result() for future in futures]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        _restore(before.items())


def _restore(variables: Iterable[tuple[str, str | None]]) -> None:
    for name, value in variables:
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _prepare() -> None:
    """Leave Ctrl-C to the parent, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
