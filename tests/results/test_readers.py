"""Looking at a run while it is written, and where nothing may be written."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from results import StoreInaccessible, TrialStore
from tests.results.runs import make_run, scored, trial

NOBODY = 65534


@pytest.fixture
def sealed() -> Iterator[Path]:
    """A directory of one run, for a process that may read there and not write, root included."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        yield path
        if root:
            os.seteuid(0)
        path.chmod(0o755)


def seal(directory: Path, mode: int = 0o444) -> None:
    for file in directory.iterdir():
        file.chmod(mode)
    directory.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(NOBODY)  # root may write everywhere


def test_a_reader_sees_each_commit_at_once(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as writer, TrialStore.open_read_only(tmp_path) as reader:
        for number in range(3):
            writer.propose(trial(number))
            assert reader.count() == number + 1


def test_a_reader_in_mid_transaction_does_not_hold_up_the_writer(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as writer, TrialStore.open_read_only(tmp_path) as reader:
        reader._connection.execute("BEGIN")
        assert reader.count() == 0  # its snapshot is now fixed
        before = time.monotonic()
        for number in range(400):  # past SQLite's checkpoint of 1,000 pages
            writer.propose(trial(number))
        assert time.monotonic() - before < 8  # the patience with a lock is 10 s
        assert (reader.count(), writer.count()) == (0, 400)


def test_readers_come_and_go_without_an_effect_on_the_writer(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as writer:
        for number in range(20):
            writer.propose(trial(number))
            with TrialStore.open_read_only(tmp_path) as reader:
                assert reader.trials() == writer.trials()
            writer.finish(number, scored(0.5), 0.5)


def test_events_that_are_read_slowly_do_not_hold_a_snapshot(tmp_path: Path) -> None:
    make_run(tmp_path, [0.1, 0.2])
    with TrialStore.open(tmp_path) as writer, TrialStore.open_read_only(tmp_path) as reader:
        events = reader.events()
        next(events)
        assert not reader._connection.in_transaction
        writer.propose(trial(2))
        assert (len(list(events)), reader.count()) == (3, 3)


def test_a_run_in_a_read_only_directory_is_read(sealed: Path) -> None:
    make_run(sealed, [0.1, 0.2])
    before = sorted(sealed.iterdir())
    seal(sealed)
    with TrialStore.open_read_only(sealed) as reader:
        assert reader.count() == 2
    assert sorted(sealed.iterdir()) == before


def test_a_copy_of_a_killed_run_in_a_read_only_directory_is_read_with_its_log(
    tmp_path: Path, sealed: Path
) -> None:
    with TrialStore.create(tmp_path, {}) as writer:
        writer.propose(trial(0))
        for name in ("run.sqlite", "run.sqlite-wal"):
            shutil.copy(tmp_path / name, sealed / name)
    seal(sealed)
    with TrialStore.open_read_only(sealed) as reader:
        assert reader.trials() == [trial(0)]


def test_a_run_without_permission_to_read_is_refused(sealed: Path) -> None:
    make_run(sealed, [0.1])
    seal(sealed, mode=0)
    with pytest.raises(StoreInaccessible, match=r"run\.sqlite.*check the permissions"):
        TrialStore.open_read_only(sealed)


def test_a_run_in_a_read_only_directory_is_not_written(sealed: Path) -> None:
    make_run(sealed, [0.1])
    seal(sealed)
    with pytest.raises(StoreInaccessible, match=r"check the permissions"):
        TrialStore.open(sealed)
