"""One writer a run, by whatever name it comes, and no file of anybody else's."""

import fcntl
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from results import StoreBusy, StoreInaccessible, TrialStore
from results.writer_lock import WriterLock, written_since
from tests.results.runs import make_run


def test_a_lock_that_is_a_link_is_refused_and_its_target_left_alone(tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    file = make_run(tmp_path / "run", [0.5])
    lock = file.with_name("run.sqlite-lock")
    lock.unlink()
    lock.symlink_to(victim)
    with pytest.raises(StoreInaccessible, match=r"run\.sqlite-lock is a link: remove it"):
        TrialStore.open(file)
    assert victim.read_text() == "precious"


def test_a_lock_with_a_second_name_is_refused(tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    file = make_run(tmp_path / "run", [0.5])
    lock = file.with_name("run.sqlite-lock")
    lock.unlink()
    lock.hardlink_to(victim)
    with pytest.raises(StoreInaccessible, match=r"no file of its own"):
        TrialStore.open(file)
    assert victim.read_text() == "precious"


def test_a_pipe_as_lock_is_refused(tmp_path: Path) -> None:
    file = make_run(tmp_path / "run", [0.5])
    lock = file.with_name("run.sqlite-lock")
    lock.unlink()
    os.mkfifo(lock)
    with pytest.raises(StoreInaccessible, match=r"no file of its own"):
        TrialStore.open(file)


def test_a_second_driver_that_comes_by_a_link_is_refused(tmp_path: Path) -> None:
    file = make_run(tmp_path / "run", [0.5])
    link = tmp_path / "link" / "run.sqlite"
    link.parent.mkdir()
    link.symlink_to(file)
    with TrialStore.open(file), pytest.raises(StoreBusy):
        TrialStore.open(link.parent)
    with TrialStore.open(link.parent) as store:
        assert store.count() == 1


def test_a_run_with_a_second_name_is_not_written(tmp_path: Path) -> None:
    file = make_run(tmp_path / "run", [0.5])
    other = tmp_path / "other" / "run.sqlite"
    other.parent.mkdir()
    other.hardlink_to(file)
    with pytest.raises(StoreInaccessible, match=r"second name .*: go on with a copy"):
        TrialStore.open(other)
    shutil.copy(other, tmp_path / "run.sqlite")
    TrialStore.open(tmp_path).close()


def test_a_child_of_the_writer_holds_no_lock(tmp_path: Path) -> None:
    file = make_run(tmp_path / "run", [0.5])
    waiting, go = os.pipe()
    heard, begun = os.pipe()
    with TrialStore.open(file):
        child = os.fork()
        if child == 0:
            os.close(go)
            os.write(begun, b".")
            os.read(waiting, 1)
            os._exit(0)
        os.read(heard, 1)
    try:
        TrialStore.open(file).close()
    finally:
        for end in (go, waiting, heard, begun):
            os.close(end)
        os.waitpid(child, 0)


def test_a_run_is_written_from_the_opening_to_the_end_of_its_writer(tmp_path: Path) -> None:
    file = make_run(tmp_path / "run", [0.5])
    assert written_since(file) is None
    begun = time.time()
    with TrialStore.open(file):
        since = written_since(file)
        assert since is not None
        assert abs(since - begun) < 60
    assert written_since(file) is None


def test_who_asks_for_a_writer_makes_no_lock(tmp_path: Path) -> None:
    assert written_since(tmp_path / "run.sqlite") is None
    assert not list(tmp_path.iterdir())


def test_nobody_fails_to_write_for_those_who_ask(tmp_path: Path) -> None:
    file = make_run(tmp_path / "run", [0.5])
    asked, stop = [0], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            written_since(file)
            asked[0] += 1

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        taken = 0
        while asked[0] < 5000 or taken < 200:
            WriterLock(file).release()
            taken += 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_look_at_a_lock_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = make_run(tmp_path / "run", [0.5])
    with file.with_name("run.sqlite-lock").open() as look:
        fcntl.flock(look, fcntl.LOCK_SH)
        waits = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                fcntl.flock(look, fcntl.LOCK_UN)

        monkeypatch.setattr("results.writer_lock.time.sleep", wait)
        WriterLock(file).release()
        assert len(waits) == 3
