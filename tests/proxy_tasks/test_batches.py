from itertools import islice

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from proxy_tasks.batches import batches, mirror
from proxy_tasks.detection_dataset import DetectionSplit


@pytest.fixture
def split() -> DetectionSplit:
    """Five 32 px images, the value of whose pixels is their index; image i has i objects."""
    images = np.stack([np.full((32, 32, 3), i, np.uint8) for i in range(5)])
    images[:, :, 0] += 100  # the left column is marked
    count = np.arange(5)
    return DetectionSplit(
        images=images,
        starts=np.concatenate([[0], np.cumsum(count)]),
        boxes=np.tile(np.array([[1, 2, 9, 12]], np.float32), (10, 1)),
        labels=np.repeat(np.arange(5) % 3, count),
        crowd=np.zeros(10, bool),
        image_ids=np.arange(5),
        scales=np.ones(5, np.float32),
        class_names=("a", "b", "c"),
        category_ids=(1, 2, 3),
    )


def test_a_pass_takes_every_image_once(split: DetectionSplit) -> None:
    stream = batches(split, 2, np.random.default_rng(0), flip=False)
    seen = [int(image[0, 5, 0]) for batch in islice(stream, 5) for image in batch.images]
    assert sorted(seen) == sorted([*range(5), *range(5)])


@pytest.mark.parametrize("flip", [False, True])
def test_skipped_batches_are_not_read_and_change_nothing_that_follows(
    split: DetectionSplit, flip: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = islice(batches(split, 3, np.random.default_rng(4), flip=flip), 4, 9)
    expected = [batch.tensors() for batch in whole]
    read: list[NDArray[np.int64]] = []
    of_split = DetectionSplit.batch

    def counted(split: DetectionSplit, index: NDArray[np.int64]) -> NDArray[np.uint8]:
        read.append(index)
        return of_split(split, index)

    monkeypatch.setattr(DetectionSplit, "batch", counted)
    rest = islice(batches(split, 3, np.random.default_rng(4), flip=flip, skip=4), 5)
    for found, tensors in zip(rest, expected, strict=True):
        assert all(a.equal(b) for a, b in zip(found.tensors(), tensors, strict=True))
    assert len(read) == 5


def test_a_batch_may_be_larger_than_the_split(split: DetectionSplit) -> None:
    batch = next(batches(split, 12, np.random.default_rng(0), flip=False))
    assert len(batch.images) == 12


def test_padding_has_label_minus_one(split: DetectionSplit) -> None:
    batch = next(batches(split, 5, np.random.default_rng(0), flip=False))
    counts = (batch.labels >= 0).sum(1)
    assert counts.tolist() == [int(image[0, 5, 0]) for image in batch.images]


def test_a_mirrored_image_has_mirrored_boxes(split: DetectionSplit) -> None:
    batch = next(batches(split, 5, np.random.default_rng(1), flip=True))
    mirrored = batch.images[:, 0, -1, 0] >= 100
    assert mirrored.any() and not mirrored.all()
    has_object = batch.labels[:, 0] >= 0
    x1 = batch.boxes[:, 0, 0]
    assert x1[mirrored & has_object].eq(32 - 9).all()
    assert x1[~mirrored & has_object].eq(1).all()


def test_mirroring_twice_changes_nothing(split: DetectionSplit) -> None:
    batch = next(batches(split, 5, np.random.default_rng(0), flip=False))
    some = torch.tensor([True, False, True, True, False])
    twice = mirror(mirror(batch, some), some)
    assert torch.equal(twice.images, batch.images)
    assert torch.equal(twice.boxes, batch.boxes)


def test_a_seed_draws_the_order_of_a_pass_and_then_a_batchs_flips(split: DetectionSplit) -> None:
    """Published APs depend on it."""
    batch = next(batches(split, 5, np.random.default_rng(6), flip=True))
    rng = np.random.default_rng(6)
    order, mirrored = rng.permutation(5), rng.random(5) < 0.5
    images = split.images[order]
    images[mirrored] = images[mirrored, :, ::-1]
    np.testing.assert_array_equal(batch.images, images)


def test_training_on_a_batch_cannot_write_to_the_split(split: DetectionSplit) -> None:
    before = split.images.copy()
    next(batches(split, 5, np.random.default_rng(0), flip=True)).images.zero_()
    np.testing.assert_array_equal(split.images, before)
