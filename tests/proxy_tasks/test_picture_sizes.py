"""Sizes are those of the files as they are now, and read from the files once."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from proxy_tasks.errors import DataError
from proxy_tasks.picture_sizes import picture_sizes

SIZES = {"a.png": (40, 30), "b.jpg": (7, 90)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    for name, size in SIZES.items():
        Image.new("RGB", size).save(tmp_path / "images" / name)
    return tmp_path / "images"


def sizes(folder: Path) -> list[tuple[int, int]]:
    found = picture_sizes(folder, sorted(SIZES), folder.parent / "cache")
    assert found.dtype == np.int64
    return [(width, height) for width, height in found.tolist()]


def test_they_are_those_of_the_pictures(folder: Path) -> None:
    assert sizes(folder) == [(40, 30), (7, 90)]


def test_pictures_that_have_not_changed_are_not_opened_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sizes(folder)
    monkeypatch.setattr(Image, "open", lambda path: pytest.fail(f"{path} was opened"))
    assert sizes(folder) == before


@pytest.mark.parametrize(("size", "later"), [((30, 40), 1), ((300, 200), 0)])
def test_a_picture_of_another_time_or_length_is_opened_again(
    size: tuple[int, int], later: int, folder: Path
) -> None:
    sizes(folder)
    file = folder / "a.png"
    time = file.stat().st_mtime_ns + later
    Image.new("RGB", size).save(file)
    os.utime(file, ns=(time, time))
    assert sizes(folder) == [size, (7, 90)]


def test_the_same_names_elsewhere_are_other_pictures(folder: Path) -> None:
    sizes(folder)
    other = folder.parent / "other"
    other.mkdir()
    for name in SIZES:
        Image.new("RGB", (5, 5)).save(other / name)
        os.utime(other / name, ns=(folder.joinpath(name).stat().st_mtime_ns,) * 2)
    assert sizes(other) == [(5, 5), (5, 5)]


def test_a_file_that_is_gone_is_named(folder: Path) -> None:
    (folder / "b.jpg").unlink()
    with pytest.raises(DataError, match=r"b\.jpg cannot be read .*fetch it again, or take it away"):
        sizes(folder)
