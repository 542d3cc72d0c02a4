import os
from pathlib import Path
from typing import Any

import pytest

from proxy_tasks.whole_file import DRAFTS, write_whole


def test_a_file_gets_all_parts_in_place_of_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old and longer")
    write_whole(tmp_path / "file", b"one", b"two")
    assert (tmp_path / "file").read_bytes() == b"onetwo"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "file", b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_what_a_kill_leaves_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.extend(tmp_path.glob(DRAFTS)))
    write_whole(tmp_path / "file.draft", b"new")
    assert [path.name.startswith("file.draft.") for path in seen] == [True]
    assert not list(tmp_path.glob(DRAFTS))


def test_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"mine")
    (tmp_path / "file").symlink_to(tmp_path / "victim")
    write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "victim").read_bytes() == b"mine"
    assert not (tmp_path / "file").is_symlink()
