"""Pictures decoded by several processes at once, some of which are killed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from proxy_tasks import image_cache
from proxy_tasks.coco_annotations import CocoImage
from proxy_tasks.image_cache import CHUNK, cached_images

COUNT, SIDE = 5 * CHUNK // 2, 16

# Decodes slowly; says how many pictures are written, and ends by waiting to be told.
DECODE = """
import sys, time
from pathlib import Path
from proxy_tasks import image_cache
from proxy_tasks.coco_annotations import CocoImage
count, side = int(sys.argv[3]), int(sys.argv[4])
original = image_cache._on_canvas
def slow(*arguments):
    time.sleep(0.01)
    return original(*arguments)
image_cache._on_canvas = slow
images = [CocoImage(n, f"{n}.png", side, side) for n in range(count)]
image_cache.cached_images(
    Path(sys.argv[1]), images, side, Path(sys.argv[2]), lambda n, _: print(n, flush=True)
)
print("done", flush=True)
"""
# Maps the array, reads all of it, prints what this process holds of it in bytes.
HOLD = """
import json, sys
import numpy as np
from pathlib import Path
from proxy_tasks.array_cache import read_only
array = read_only(Path(sys.argv[1]))
array.sum()
found, inside = {}, False
for line in Path("/proc/self/smaps").read_text().splitlines():
    if "-" in line.split()[0]:
        inside = line.endswith(sys.argv[1])
    elif inside and line.startswith(("Rss:", "Pss:", "Private_Dirty:")):
        found[line.split(":")[0]] = 1024 * int(line.split()[1])
print(json.dumps(found), flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(COUNT):
        pixels = rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png", compress_level=0)
    return folder


@pytest.fixture
def images() -> list[CocoImage]:
    return [CocoImage(number, f"{number}.png", SIDE, SIDE) for number in range(COUNT)]


@pytest.fixture
def other(folder: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that decodes the pictures into the cache, one chunk of which is written."""
    command = [sys.executable, "-c", DECODE, str(folder), str(tmp_path / "cache")]
    command += [str(COUNT), str(SIDE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
        assert process.stdout.readline() == f"{CHUNK}\n"
        yield process
        process.kill()


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the pictures that this process decodes."""
    names: list[str] = []
    original = image_cache._on_canvas

    def count(path: Path, image: CocoImage, image_size: int) -> np.ndarray:
        names.append(path.name)
        return original(path, image, image_size)

    monkeypatch.setattr(image_cache, "_on_canvas", count)
    return names


def pixels_of(folder: Path) -> np.ndarray:
    return np.stack([np.asarray(Image.open(folder / f"{n}.png")) for n in range(COUNT)])


def test_after_a_kill_decoding_goes_on_where_it_was(
    folder: Path,
    tmp_path: Path,
    images: list[CocoImage],
    other: subprocess.Popen[str],
    decoded: list[str],
) -> None:
    other.kill()
    other.wait()
    seen: list[int] = []
    found = cached_images(folder, images, SIDE, tmp_path / "cache", lambda n, _: seen.append(n))
    assert seen[0] >= CHUNK
    assert len(decoded) == COUNT - seen[0]
    assert np.array_equal(found, pixels_of(folder))


def test_two_runs_at_once_decode_every_picture_once(
    folder: Path,
    tmp_path: Path,
    images: list[CocoImage],
    other: subprocess.Popen[str],
    decoded: list[str],
) -> None:
    seen: list[int] = []
    found = cached_images(folder, images, SIDE, tmp_path / "cache", lambda n, _: seen.append(n))
    assert not decoded
    assert min(seen) >= CHUNK  # it tells how far the other is
    assert np.array_equal(found, pixels_of(folder))
    assert other.communicate()[0].endswith("done\n")


def test_when_the_builder_is_killed_who_waits_goes_on_with_its_work(
    folder: Path,
    tmp_path: Path,
    images: list[CocoImage],
    other: subprocess.Popen[str],
    decoded: list[str],
) -> None:
    found = cached_images(folder, images, SIDE, tmp_path / "cache", lambda *_: other.kill())
    assert 0 < len(decoded) <= COUNT - CHUNK
    assert np.array_equal(found, pixels_of(folder))
    assert sum(path.name.startswith(".") for path in (tmp_path / "cache").iterdir()) == 0


def test_a_cached_start_tells_of_no_progress(
    folder: Path, tmp_path: Path, images: list[CocoImage]
) -> None:
    cached_images(folder, images, SIDE, tmp_path)

    def heard(done: int, total: int) -> None:
        raise AssertionError(f"{done} of {total}")

    cached_images(folder, images, SIDE, tmp_path, heard)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="Linux says who shares a page")
def test_two_processes_hold_the_pictures_in_memory_once(tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    np.save(path, np.ones((4096, 1024), np.uint8))
    ours = image_cache.read_only(path)
    assert ours.sum() == 4096 * 1024  # every page is in this process too
    command = [sys.executable, "-c", HOLD, str(path)]
    held = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert held["Rss"] >= 4096 * 1024
    assert held["Pss"] <= 0.55 * held["Rss"]  # proportional: each of two counts half
    assert held["Private_Dirty"] == 0
