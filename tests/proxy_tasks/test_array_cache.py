import errno
import threading
from pathlib import Path

import numpy as np
import pytest

from proxy_tasks.array_cache import cached_entry, read_only
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


def test_an_entry_that_lacks_its_list_of_sizes_is_built_again(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / "a.npy").write_text("half")
    entry = cached_entry(tmp_path, "key", write)
    assert len(read_only(entry / "a.npy")) == 12


def test_a_builder_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(directory: Path) -> None:
        write(directory)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_entry(tmp_path, "key", fail)
    assert list(tmp_path.iterdir()) == []


def test_two_builders_at_once_end_with_one_whole_entry(tmp_path: Path) -> None:
    both_build = threading.Barrier(2, timeout=20)
    entries: list[Path] = []

    def build(directory: Path) -> None:
        both_build.wait()
        write(directory)
        both_build.wait()

    def run() -> None:
        entries.append(cached_entry(tmp_path, "key", build))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert entries == [tmp_path / "key"] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert len(read_only(tmp_path / "key" / "a.npy")) == 12


def test_a_full_disk_is_a_data_error_of_one_line(tmp_path: Path) -> None:
    def fill(directory: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DataError, match=r"No space left on device; free some space") as caught:
        cached_entry(tmp_path, "key", fill)
    assert "\n" not in str(caught.value)


def test_a_cache_directory_that_is_a_file_is_a_data_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(DataError, match="cannot write the cache"):
        cached_entry(tmp_path / "cache", "key", write)


def test_a_cached_array_cannot_be_written_through(tmp_path: Path) -> None:
    array = read_only(cached_entry(tmp_path, "key", write) / "a.npy")
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1
