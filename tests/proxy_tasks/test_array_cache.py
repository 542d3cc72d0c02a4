import errno
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from proxy_tasks.array_cache import cached_entry, read_cached, read_only
from proxy_tasks.build_lock import take_lock
from proxy_tasks.errors import DataError


def write(directory: Path) -> None:
    np.save(directory / "a.npy", np.arange(12, dtype=np.uint8))


def refuse(directory: Path) -> None:
    raise AssertionError("built twice")


def test_an_entry_is_built_once(tmp_path: Path) -> None:
    first = cached_entry(tmp_path / "cache", "key", write)
    assert cached_entry(tmp_path / "cache", "key", refuse) == first


def test_a_cut_entry_is_built_again(tmp_path: Path) -> None:
    entry = cached_entry(tmp_path, "key", write)
    (entry / "a.npy").write_bytes((entry / "a.npy").read_bytes()[:-5])
    cached_entry(tmp_path, "key", write)
    assert read_only(entry / "a.npy").tolist() == list(range(12))


def test_an_entry_of_the_right_size_that_cannot_be_read_is_built_again(tmp_path: Path) -> None:
    file = cached_entry(tmp_path, "key", write) / "a.npy"
    file.write_bytes(bytes(file.stat().st_size))
    again = read_cached(tmp_path, "key", write, lambda entry: read_only(entry / "a.npy"))
    assert again.tolist() == list(range(12))


def test_an_entry_that_cannot_be_read_when_built_anew_is_named(tmp_path: Path) -> None:
    def read(entry: Path) -> NDArray[np.uint8]:
        return read_only(entry / "a.npy", (13,))

    with pytest.raises(DataError, match=r"key cannot be read \(a.npy holds uint8 \(12,\), not"):
        read_cached(tmp_path, "key", write, read)


def test_an_entry_that_lacks_its_list_of_sizes_is_built_again(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / "a.npy").write_text("half")
    entry = cached_entry(tmp_path, "key", write)
    assert len(read_only(entry / "a.npy")) == 12


def test_what_an_interrupted_builder_leaves_is_not_believed_but_gone_on_with(
    tmp_path: Path,
) -> None:
    def interrupted(directory: Path) -> None:
        write(directory)
        raise KeyboardInterrupt

    def go_on(directory: Path) -> None:
        assert len(read_only(directory / "a.npy")) == 12

    with pytest.raises(KeyboardInterrupt):
        cached_entry(tmp_path, "key", interrupted)
    assert not (tmp_path / "key").exists()
    cached_entry(tmp_path, "key", go_on)
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_data_that_cannot_become_an_entry_leave_nothing(tmp_path: Path) -> None:
    def fail(directory: Path) -> None:
        write(directory)
        raise DataError("a picture is cut")

    with pytest.raises(DataError, match="a picture is cut"):
        cached_entry(tmp_path, "key", fail)
    assert list(tmp_path.iterdir()) == []


def test_of_two_at_once_one_builds_and_the_other_waits_for_its_work(tmp_path: Path) -> None:
    begun, waited = threading.Event(), threading.Event()
    entries: list[Path] = []

    def build(directory: Path) -> None:
        begun.set()
        assert waited.wait(20)
        write(directory)

    builder = threading.Thread(target=lambda: entries.append(cached_entry(tmp_path, "key", build)))
    builder.start()
    assert begun.wait(20)
    entries.append(cached_entry(tmp_path, "key", refuse, waiting=lambda _: waited.set()))
    builder.join()
    assert entries == [tmp_path / "key"] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_whole_entry_is_read_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only_disk(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    entry = cached_entry(tmp_path, "key", write)
    monkeypatch.setattr("proxy_tasks.array_cache.build_lock", read_only_disk)
    assert cached_entry(tmp_path, "key", refuse) == entry
    with pytest.raises(DataError, match="Read-only file system; mend that, or choose another"):
        cached_entry(tmp_path, "other", write)


def test_an_entry_that_has_no_room_is_refused_before_it_is_begun(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"needs 1000000\.00 GB and .* are free; free some space"):
        cached_entry(tmp_path, "key", refuse, size=10**15)
    assert list(tmp_path.iterdir()) == []


def test_what_was_begun_two_days_ago_makes_room(tmp_path: Path) -> None:
    for name, days in (("old", 2), ("new", 0), ("held", 2)):
        (tmp_path / f".building-{name}").mkdir()
        then = time.time() - days * 86400
        os.utime(tmp_path / f".building-{name}", (then, then))
    held = take_lock(tmp_path / ".building-held.lock")
    assert held is not None
    cached_entry(tmp_path, "key", write)
    left = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert left == [".building-held", ".building-new", "key"]
    held.close()


def test_a_full_disk_is_a_data_error_of_one_line(tmp_path: Path) -> None:
    def fill(directory: Path) -> None:
        write(directory)
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DataError, match=r"No space left on device; free some space") as caught:
        cached_entry(tmp_path, "key", fill)
    assert list(tmp_path.iterdir()) == []  # what had been written takes no more room
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("place", ["cache", "cache/below"])
def test_a_cache_directory_that_is_a_file_is_a_data_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(DataError, match=r"cache is a file, not a folder; .*data\.cache"):
        cached_entry(tmp_path / place, "key", write)


def test_a_cached_array_cannot_be_written_through(tmp_path: Path) -> None:
    array = read_only(cached_entry(tmp_path, "key", write) / "a.npy")
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1
