"""One writer a run, by whatever name it comes, and no file of anybody else's."""

import os
import shutil
from pathlib import Path

import pytest

from results import StoreBusy, StoreInaccessible, TrialStore
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
