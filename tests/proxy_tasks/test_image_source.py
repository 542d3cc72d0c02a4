import gc
import threading
from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest
import torch

from proxy_tasks.batches import batches
from proxy_tasks.detection_dataset import DetectionSplit
from proxy_tasks.image_source import (
    AHEAD,
    CPU,
    ImageSource,
    MappedImages,
    ResidentImages,
    StreamedImages,
    image_source,
)

SOURCES = (ResidentImages, StreamedImages)
Source = Callable[[DetectionSplit, torch.device], ImageSource]


@pytest.fixture
def split() -> DetectionSplit:
    """Nine pictures of noise with two objects each."""
    rng = np.random.default_rng(0)
    return DetectionSplit(
        images=rng.integers(0, 256, (9, 32, 32, 3), np.uint8),
        starts=np.arange(10) * 2,
        boxes=np.sort(rng.uniform(0, 32, (18, 2, 2)), axis=1).reshape(18, 4).astype(np.float32),
        labels=np.arange(18) % 3,
        crowd=np.zeros(18, bool),
        image_ids=np.arange(9),
        scales=np.ones(9, np.float32),
        class_names=("a", "b", "c"),
        category_ids=(1, 2, 3),
    )


@pytest.mark.parametrize("source", SOURCES)
def test_a_stream_gives_the_pictures_of_each_index(split: DetectionSplit, source: Source) -> None:
    rng = np.random.default_rng(1)
    sizes = (4, 4, 1, 5, 5, 2, 4)  # more batches than buffers, larger and smaller
    indices = [rng.integers(0, 9, size) for size in sizes]
    found = list(source(split, CPU).stream(indices))
    assert len(found) > 2 * AHEAD
    for picture, index in zip(found, indices, strict=True):
        np.testing.assert_array_equal(picture.numpy(), split.images[index])


@pytest.mark.parametrize("source", SOURCES)
def test_training_batches_are_the_same_from_every_source(
    split: DetectionSplit, source: Source
) -> None:
    streams = [
        batches(split, 4, np.random.default_rng(2), flip=True, images=images)
        for images in (MappedImages(split), source(split, CPU))
    ]
    for ours, theirs in islice(zip(*streams, strict=True), 6):
        pairs = zip(ours.tensors(), theirs.tensors(), strict=True)
        assert all(a.equal(b) for a, b in pairs)


def test_a_stream_that_is_left_ends_its_reader(split: DetectionSplit) -> None:
    before = threading.active_count()
    stream = StreamedImages(split, CPU).stream(np.arange(3) for _ in range(100))
    next(stream)
    assert threading.active_count() > before
    del stream
    gc.collect()
    assert threading.active_count() == before


def test_a_failing_read_reaches_the_training(split: DetectionSplit) -> None:
    stream = StreamedImages(split, CPU).stream([np.array(["x"])] * AHEAD)  # type: ignore[list-item]
    with pytest.raises((TypeError, ValueError)):
        next(stream)


def test_on_the_cpu_pictures_stay_in_the_memory_map(split: DetectionSplit) -> None:
    assert isinstance(image_source(split, CPU), MappedImages)
