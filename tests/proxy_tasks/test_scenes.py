import itertools
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proxy_tasks import scenes as scenes_file
from proxy_tasks.detection_dataset import DetectionData
from proxy_tasks.errors import DataError
from proxy_tasks.scenes import make_scenes


def scenes(cache_dir: Path, **options: int) -> DetectionData:
    sizes = {"train": 30, "reward": 20, "test": 10}
    return make_scenes(cache_dir=cache_dir, **(sizes | options))


def test_scenes_are_seeded(tmp_path: Path) -> None:
    one, same = scenes(tmp_path / "a"), scenes(tmp_path / "b")
    other = scenes(tmp_path / "a", seed=1)
    assert np.array_equal(one.train.images, same.train.images)
    assert np.array_equal(one.train.boxes, same.train.boxes)
    assert not np.array_equal(one.train.images, other.train.images)


def test_a_second_call_reads_the_cache(tmp_path: Path) -> None:
    scenes(tmp_path)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    again = scenes(tmp_path)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before
    assert isinstance(again.train.images, np.memmap)


@pytest.mark.parametrize("name", ["images.npy", "objects.npz"])
def test_zeros_in_the_cache_are_drawn_anew(tmp_path: Path, name: str) -> None:
    first = scenes(tmp_path)
    for file in tmp_path.glob(f"*/{name}"):
        size = file.stat().st_size
        file.unlink()  # the first map keeps its pages
        file.write_bytes(bytes(size))
    again = scenes(tmp_path)
    assert np.array_equal(again.train.images, first.train.images)
    assert np.array_equal(again.train.boxes, first.train.boxes)


def test_a_longer_split_starts_with_the_shorter_ones_scenes(tmp_path: Path) -> None:
    short, long = scenes(tmp_path).train, scenes(tmp_path, train=300).train
    assert np.array_equal(short.images, long.images[:30])
    assert np.array_equal(short.boxes, long.boxes[: len(short.boxes)])
    assert np.array_equal(short.starts, long.starts[:31])


def test_splits_share_no_picture(tmp_path: Path) -> None:
    data = scenes(tmp_path)
    assert data.test is not None
    pictures = [p.tobytes() for s in (data.train, data.reward, data.test) for p in s.images]
    assert len(set(pictures)) == 60


def test_no_test_scenes_mean_no_test_split(tmp_path: Path) -> None:
    assert scenes(tmp_path, test=0).test is None


@pytest.mark.parametrize("option", [{"image_size": 31}, {"train": 0}, {"reward": 0}, {"seed": -1}])
def test_impossible_orders_are_refused(tmp_path: Path, option: dict[str, int]) -> None:
    with pytest.raises(DataError):
        scenes(tmp_path, **option)


def test_drawing_that_was_interrupted_goes_on_to_the_same_scenes(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 250:
            raise KeyboardInterrupt

    seen: list[int] = []
    sizes = {"image_size": 32, "train": 600, "reward": 1, "test": 0}
    with pytest.raises(KeyboardInterrupt):
        make_scenes(**sizes, cache_dir=tmp_path / "a", progress=interrupt)
    resumed = make_scenes(**sizes, cache_dir=tmp_path / "a", progress=lambda n, _: seen.append(n))
    whole = make_scenes(**sizes, cache_dir=tmp_path / "b")
    assert seen[:3] == [250, 500, 600]
    for name in ("images", "starts", "boxes", "labels"):
        assert np.array_equal(getattr(resumed.train, name), getattr(whole.train, name))


class Killed(BaseException):
    """No handler's business."""


@pytest.mark.parametrize("count", [4, 5])
def test_a_build_killed_before_any_of_its_changes_to_the_disk_is_gone_on_with(
    tmp_path: Path, count: int
) -> None:
    """Of whole and of broken chunks, over an entry that was cut."""
    sizes = {"image_size": 32, "train": count, "reward": 2, "test": 0}
    places = [(os, "fsync"), (shutil, "rmtree"), (Path, "replace"), (Path, "unlink")]
    places += [(Path, "write_text"), (Path, "mkdir")]

    def killed_at(change: int, cache: Path) -> bool:
        changes = itertools.count()

        def stopping(do: Any) -> Any:
            def instead(*given: Any, **options: Any) -> Any:
                locking = str(given[0]).endswith(".lock")  # which a killed process stops by itself
                if not locking and next(changes) == change:
                    raise Killed
                return do(*given, **options)

            return instead

        with pytest.MonkeyPatch.context() as patch:
            for owner, name in places:
                patch.setattr(owner, name, stopping(getattr(owner, name)))
            try:
                make_scenes(**sizes, cache_dir=cache)
            except Killed:
                return True
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenes_file, "CHUNK", 2)
        whole = make_scenes(**sizes, cache_dir=tmp_path / "whole")
        for change in itertools.count():
            cache = tmp_path / str(change)
            shutil.copytree(tmp_path / "whole", cache)
            for images in cache.glob("*/images.npy"):
                images.write_bytes(images.read_bytes()[:-1])
            if not killed_at(change, cache):
                break
            resumed = make_scenes(**sizes, cache_dir=cache)
            for split, expected in ((resumed.train, whole.train), (resumed.reward, whole.reward)):
                for name in ("images", "starts", "boxes", "labels"):
                    assert np.array_equal(getattr(split, name), getattr(expected, name))
            assert not [*cache.glob(".building*/")]
    assert change > 30
